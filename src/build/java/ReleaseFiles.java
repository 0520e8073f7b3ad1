import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes beside the jar what it is made of, as a CycloneDX 1.6 document (<a
 * href="https://cyclonedx.org/docs/1.6/json/">cyclonedx.org</a>), and the hashes of both, as {@code
 * sha256sum -c} reads them. The build runs it, from its source. There is no time and no serial
 * number in them, so that two builds of one commit give the same bytes.
 */
final class ReleaseFiles {
  private static final Pattern ROW =
      Pattern.compile("\\| `([\\w.-]+:[\\w.-]+)` \\| ([^|]+?) \\| .* \\|");
  private static final String JAR = "hacert.jar";
  private static final String SBOM = "hacert-sbom.json";

  private final Path repository;
  private final Map<String, String> licences = new TreeMap<>();

  private ReleaseFiles(Path repository, Path list) throws IOException {
    this.repository = repository;
    for (String line : Files.readAllLines(list)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        licences.put(row.group(1), row.group(2));
      }
    }
  }

  /** A library as the local repository of Maven holds it: group/artifact/version/file. */
  private record Part(String group, String name, String version, Path file) {
    static Part of(Path repository, Path file) {
      Path version = repository.relativize(file).getParent();
      Path name = version.getParent();
      String group = name.getParent().toString().replace(File.separatorChar, '.');
      return new Part(group, name.getFileName().toString(), version.getFileName().toString(), file);
    }

    String key() {
      return group + ":" + name;
    }
  }

  /**
   * Arguments: version of the program, directory of the jar, list of licences, local repository of
   * Maven, class path of what is shaded in.
   */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    Path directory = Path.of(args[1]);
    Path list = Path.of(args[2]);
    ReleaseFiles release = new ReleaseFiles(Path.of(args[3]), list);
    Map<String, Part> parts = release.parts(args[4]);
    Set<String> unlisted = new TreeSet<>(parts.keySet());
    unlisted.removeAll(release.licences.keySet());
    Set<String> gone = new TreeSet<>(release.licences.keySet());
    gone.removeAll(parts.keySet());
    if (!unlisted.isEmpty() || !gone.isEmpty()) {
      System.err.printf(
          "%s does not fit the jar.%n  in the jar and not listed: %s%n  listed and not in the jar:"
              + " %s%nRead the licence of what is new before you list it.%n",
          list, unlisted, gone);
      System.exit(1);
    }
    Files.writeString(directory.resolve(SBOM), release.sbom(args[0], directory, parts));
    String sums = "";
    for (String name : new String[] {JAR, SBOM}) {
      sums += sha256(directory.resolve(name)) + "  " + name + "\n";
    }
    Files.writeString(directory.resolve("SHA256SUMS"), sums);
  }

  private Map<String, Part> parts(String classPath) {
    Map<String, Part> parts = new TreeMap<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      Path file = Path.of(entry);
      if (Files.isRegularFile(file)) {
        Part part = Part.of(repository, file);
        parts.put(part.key(), part);
      }
    }
    return parts;
  }

  private String sbom(String version, Path directory, Map<String, Part> parts)
      throws IOException, GeneralSecurityException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode sbom = mapper.createObjectNode();
    sbom.put("bomFormat", "CycloneDX").put("specVersion", "1.6").put("version", 1);
    Part own = new Part("hacert", "hacert", version, directory.resolve(JAR));
    describe(sbom.putObject("metadata").putObject("component"), own, "application", "Apache-2.0");
    for (Part part : parts.values()) {
      ObjectNode component = sbom.withArray("components").addObject();
      describe(component, part, "library", licences.get(part.key()));
    }
    return mapper.writeValueAsString(sbom).replace(System.lineSeparator(), "\n") + "\n";
  }

  private static void describe(ObjectNode component, Part part, String type, String licence)
      throws IOException, GeneralSecurityException {
    String purl = "pkg:maven/" + part.group() + "/" + part.name() + "@" + part.version();
    component.put("type", type).put("bom-ref", purl);
    component.put("group", part.group()).put("name", part.name()).put("version", part.version());
    ObjectNode hash = component.putArray("hashes").addObject();
    hash.put("alg", "SHA-256").put("content", sha256(part.file()));
    component.putArray("licenses").addObject().put("expression", licence);
    component.put("purl", purl);
  }

  private static String sha256(Path file) throws IOException, GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }
}
