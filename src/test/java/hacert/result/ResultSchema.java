package hacert.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Holds results against the schema that stands in the jar. */
public final class ResultSchema {
  private ResultSchema() {}

  /** Fails with all breaches if this is not a result as the schema describes it. */
  public static void assertValid(String json) {
    try (InputStream in = Result.class.getResourceAsStream("/hacert/schema/result-1.json")) {
      JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(in);
      assertThat(schema.validate(json, InputFormat.JSON)).as(json).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
