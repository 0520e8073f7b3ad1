package hacert.host;

import com.jcraft.jsch.HostKey;
import com.jcraft.jsch.HostKeyRepository;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.UserInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The host keys of several {@code known_hosts} files together; never written to. */
final class PeerHostKeys implements HostKeyRepository {
  private final List<HostKeyRepository> files = new ArrayList<>();

  PeerHostKeys(List<Path> paths) throws JSchException {
    for (Path path : paths) {
      if (!Files.isReadable(path)) {
        continue;
      }
      JSch reader = new JSch();
      try (InputStream in = Files.newInputStream(path)) {
        // By stream, so that there is no file that it could write new keys to.
        reader.setKnownHosts(in);
      } catch (IOException e) {
        throw new JSchException(path + " could not be read", e);
      }
      files.add(reader.getHostKeyRepository());
    }
  }

  @Override
  public int check(String host, byte[] key) {
    List<Integer> answers = files.stream().map(file -> file.check(host, key)).toList();
    if (answers.contains(OK)) {
      return OK;
    }
    // A known host that shows a key of a kind never seen of it has changed, too.
    return answers.contains(CHANGED) || getHostKey(host, null).length > 0 ? CHANGED : NOT_INCLUDED;
  }

  @Override
  public HostKey[] getHostKey() {
    return getHostKey(null, null);
  }

  @Override
  public HostKey[] getHostKey(String host, String type) {
    return files.stream()
        .map(file -> file.getHostKey(host, type))
        .filter(keys -> keys != null)
        .flatMap(Arrays::stream)
        .toArray(HostKey[]::new);
  }

  @Override
  public String getKnownHostsRepositoryID() {
    return "known_hosts";
  }

  @Override
  public void add(HostKey key, UserInfo user) {
    throw new UnsupportedOperationException("host keys are added by people");
  }

  @Override
  public void remove(String host, String type) {
    throw new UnsupportedOperationException("host keys are removed by people");
  }

  @Override
  public void remove(String host, String type, byte[] key) {
    throw new UnsupportedOperationException("host keys are removed by people");
  }
}
