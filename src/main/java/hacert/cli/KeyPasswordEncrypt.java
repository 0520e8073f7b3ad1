package hacert.cli;

import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.opengauss.KeyPassword;
import hacert.opengauss.KeyPasswordRule;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.target.Secret;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the two password files of an openGauss key. */
@Command(
    name = "encrypt",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Makes PREFIX.key.cipher and PREFIX.key.rand, both with mode 0600, as gs_guc encrypt does.",
      "The key itself is not touched: it must be encrypted with the same password."
    },
    footer = {
      "",
      "The password is all of standard input, without one newline at its end: 8 to 15 bytes, with",
      "three kinds of upper-case and lower-case letters, digits and specials.",
      "",
      "Examples:",
      "  hacert key-password encrypt new server < password.txt",
      "  hacert key-password encrypt --replace new client < password.txt"
    })
final class KeyPasswordEncrypt implements Callable<Integer> {
  @Mixin private KeyPasswordFiles files;

  @Option(names = "--replace", description = "replace the files if they are there")
  private boolean replace;

  @Mixin private Output output;

  private final Surroundings surroundings;

  KeyPasswordEncrypt(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    ResultBuilder result = new ResultBuilder("key-password", surroundings);
    files.paths();
    try (Secret password = surroundings.secret()) {
      result.findings(KeyPasswordRule.check(password));
      if (!Files.isDirectory(files.directory())) {
        result.finding(
            Finding.error(
                "OUT_NOT_A_DIRECTORY",
                "Expected a directory at " + files.directory() + ".",
                "Make it, with mode 0700."));
      }
      if (!result.stopped()) {
        try (KeyPassword made = KeyPassword.encrypt(password, surroundings.random())) {
          write(made, result);
        }
      }
    }
    return output.give(
        result.build(Outcome.SUCCEEDED),
        out -> {
          if (!result.stopped()) {
            files.paths().forEach(path -> out.println("Wrote " + Texts.safe(path.toString())));
          }
        });
  }

  private void write(KeyPassword made, ResultBuilder result) {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    contents.put(files.cipher(), made.cipher());
    contents.put(files.rand(), made.rand());
    Path directory = files.directory();
    try {
      if (replace) {
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
          AtomicFiles.write(directory.resolve(file.getKey()), file.getValue(), FileMeta.mine(0600));
        }
      } else {
        NewFiles.write(directory, contents);
      }
    } catch (HostException e) {
      result.finding(e.finding());
    } catch (FileAlreadyExistsException e) {
      result.finding(
          Finding.error(
              "OUT_EXISTS",
              files.cipher()
                  + " or "
                  + files.rand()
                  + " is in "
                  + directory
                  + " already; nothing"
                  + " was written.",
              "Give another directory, or --replace if the key has the new password."));
    } catch (IOException e) {
      result.finding(
          Finding.error(
              "OUT_NOT_WRITABLE",
              "The files cannot be written to " + directory + ": " + e.getMessage() + ".",
              "Check owner, mode and free space of the directory."));
    }
  }
}
