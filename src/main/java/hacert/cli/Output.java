package hacert.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Result;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The option {@code --format}, and the one way that commands give their result. */
public final class Output {
  @Option(
      names = "--format",
      paramLabel = "text|json",
      description = "for people (default), or one JSON document hacert.result/1")
  private Format format = Format.text;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * Writes a result. As JSON it is all that standard output gets. As text, what the command says
   * goes to standard output and the findings to standard error.
   *
   * @param text writes the command's own words
   * @return the exit code
   */
  public int give(Result result, Consumer<PrintWriter> text) {
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.json) {
      out.println(json(result));
    } else {
      text.accept(out);
      out.flush();
      result.findings().forEach(f -> finding(f, spec.commandLine().getErr()));
    }
    out.flush();
    spec.commandLine().getErr().flush();
    return result.exitCode();
  }

  /** Whether the result is one JSON document. */
  boolean isJson() {
    return format == Format.json;
  }

  /** Where a long operation says how far it has come: never where a JSON document is expected. */
  PrintWriter progress() {
    return format == Format.json ? spec.commandLine().getErr() : spec.commandLine().getOut();
  }

  private static String json(Result result) {
    try {
      return Json.mapper().writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result that has no JSON form", e);
    }
  }

  static void finding(Finding finding, PrintWriter err) {
    String severity = finding.severity().name().toLowerCase(Locale.ROOT);
    err.println(Texts.safe(severity + " " + finding.code() + ": " + finding.message()));
    if (!finding.remedy().isEmpty()) {
      err.println("  " + Texts.safe(finding.remedy()));
    }
  }
}
