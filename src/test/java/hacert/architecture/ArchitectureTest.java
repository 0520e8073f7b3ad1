package hacert.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Packages and arrows as the design has them. */
class ArchitectureTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("hacert");

  /** From top to bottom; each may see those below it, and those beside it see each other not. */
  private static final List<List<String>> LAYERS =
      List.of(
          List.of("cli"),
          List.of("rotation"),
          List.of("oms", "opengauss"),
          List.of("target"),
          List.of("policy"),
          List.of("x509"),
          List.of("probe"),
          List.of("host"),
          List.of("result"));

  @Test
  void every_class_stands_in_a_package_of_the_design() {
    List<String> known = LAYERS.stream().flatMap(List::stream).map(p -> "hacert." + p).toList();
    assertThat(MAIN.stream().map(JavaClass::getPackageName).distinct()).isSubsetOf(known);
  }

  @Test
  void arrows_point_down_only() {
    Architectures.LayeredArchitecture architecture =
        Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("hacert..")
            .withOptionalLayers(true);
    for (List<String> layer : LAYERS) {
      for (String name : layer) {
        architecture = architecture.layer(name).definedBy("hacert." + name + "..");
      }
    }
    for (int i = 0; i < LAYERS.size(); i++) {
      String[] above = LAYERS.subList(0, i).stream().flatMap(List::stream).toArray(String[]::new);
      for (String name : LAYERS.get(i)) {
        architecture =
            above.length == 0
                ? architecture.whereLayer(name).mayNotBeAccessedByAnyLayer()
                : architecture.whereLayer(name).mayOnlyBeAccessedByLayers(above);
      }
    }
    architecture.check(MAIN);
  }

  @Test
  void rotation_knows_no_system_by_name() {
    noClasses()
        .that()
        .resideInAPackage("hacert.rotation..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("hacert.oms..", "hacert.opengauss..")
        .check(MAIN);
  }

  @Test
  void packages_have_no_cycles() {
    slices().matching("hacert.(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void only_cli_ends_the_program() {
    noClasses()
        .that()
        .resideOutsideOfPackage("hacert.cli..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(MAIN);
  }

  @Test
  void only_cli_writes_on_standard_output() {
    noClasses()
        .that()
        .resideOutsideOfPackage("hacert.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .callMethodWhere(
            describe(
                "printStackTrace()",
                call ->
                    call.getTarget().getName().equals("printStackTrace")
                        && !call.getTarget().getOwner().isAssignableTo(PrintStream.class)))
        .check(MAIN);
  }

  @Test
  void only_host_starts_processes() {
    noClasses()
        .that()
        .resideOutsideOfPackage("hacert.host..")
        .should()
        .dependOnClassesThat(belongToAnyOf(ProcessBuilder.class))
        .check(MAIN);
  }

  @Test
  void nothing_that_ships_knows_of_the_lab() throws IOException {
    for (String directory : List.of("src/main", "roles", "playbooks", "plugins")) {
      try (Stream<Path> files = Files.walk(Path.of(directory))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContainPattern("(?i)\\b(src/lab|lab_host|stand-in)s?\\b");
        }
      }
    }
  }
}
