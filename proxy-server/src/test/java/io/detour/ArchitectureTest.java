package io.detour;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between modules and packages point one way, and names say what things are. */
@AnalyzeClasses(packages = "io.detour", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String CORE = "io.detour.core..";
  private static final String RULES = "io.detour.rules..";
  private static final String DATA_PATH = "io.detour.server..";
  private static final String OPERATORS = "io.detour.ops..";
  private static final String COMMAND_LINE = "io.detour.cli..";
  private static final String CONFIGURATION = "io.detour.config..";
  private static final String WIRING = "io.detour";

  private static final int MAX_LINES = 350;

  @ArchTest
  static final ArchRule CORE_KNOWS_NOTHING_ABOVE_IT =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RULES, DATA_PATH, OPERATORS, COMMAND_LINE, CONFIGURATION, WIRING);

  @ArchTest
  static final ArchRule RULES_KNOW_NOTHING_ABOVE_THEM =
      noClasses()
          .that()
          .resideInAPackage(RULES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(DATA_PATH, OPERATORS, COMMAND_LINE, CONFIGURATION, WIRING);

  /** So it can be read, and compiled, without ledger, metrics page, command line and wiring. */
  @ArchTest
  static final ArchRule THE_DATA_PATH_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAPackage(DATA_PATH)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(OPERATORS, COMMAND_LINE, CONFIGURATION, WIRING);

  @ArchTest
  static final ArchRule OPERATORS_PARTS_KNOW_NO_COMMAND_LINE =
      noClasses()
          .that()
          .resideInAPackage(OPERATORS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(COMMAND_LINE, WIRING);

  @ArchTest
  static final ArchRule RULES_KNOW_NO_NETTY =
      noClasses()
          .that()
          .resideInAPackage(RULES)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule CORE_KNOWS_NO_METRICS_NO_YAML_NO_HTTP =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.micrometer..",
              "io.prometheus..",
              "tools.jackson..",
              "com.fasterxml.jackson..",
              "org.snakeyaml..",
              "io.netty.handler.codec..",
              "picocli..");

  @ArchTest
  static final ArchRule ONLY_SYS_TOUCHES_FOREIGN_MEMORY =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.detour.core.sys")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.foreign..");

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().assignedFrom(new EachPackage()).should().beFreeOfCycles();

  /** A pattern such as {@code io.detour.(**)} would leave out the package of the wiring. */
  private static final class EachPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass each) {
      return SliceIdentifier.of(each.getPackageName());
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }

  @ArchTest
  static final ArchRule NAMES_SAY_WHAT_THINGS_ARE =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameStartingWith("Abstract");

  @ArchTest
  static final ArchRule NOBODY_PRINTS_PAST_THE_LOG_AND_THE_COMMAND_LINE =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.detour.cli.Main") // says why there is no command line
          .should(ACCESS_STANDARD_STREAMS);

  @ArchTest
  static void everyModuleIsLookedAt(JavaClasses looked) {
    assertThat(List.of("core.HostPort", "rules.RuleSet", "Detour"))
        .allMatch(name -> looked.contain("io.detour." + name));
  }

  @Test
  void noMainFileIsLong() throws IOException {
    Map<Path, Long> tooLong = new TreeMap<>();
    for (Path file : Sources.main()) {
      try (Stream<String> lines = Files.lines(file)) {
        long count = lines.count();
        if (count > MAX_LINES) {
          tooLong.put(file, count);
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @ArchTest
  static void simpleNamesAreThereOnce(JavaClasses looked) {
    assertThat(
            looked.stream()
                .filter(JavaClass::isTopLevelClass)
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.equals("package-info")))
        .hasSizeGreaterThan(100)
        .doesNotHaveDuplicates();
  }
}
