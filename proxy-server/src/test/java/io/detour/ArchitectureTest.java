package io.detour;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** The arrows between modules and packages point one way, and names say what things are. */
@AnalyzeClasses(packages = "io.detour", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String CORE = "io.detour.core..";
  private static final String RULES = "io.detour.rules..";
  private static final String SERVER = "io.detour.server..";

  @ArchTest
  static final ArchRule CORE_KNOWS_NOTHING_ABOVE_IT =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(RULES, SERVER);

  @ArchTest
  static final ArchRule RULES_KNOW_NOTHING_ABOVE_THEM =
      noClasses()
          .that()
          .resideInAPackage(RULES)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(SERVER);

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
      slices().matching("io.detour.(**)").should().beFreeOfCycles();

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
      NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  @ArchTest
  static void everyModuleIsLookedAt(JavaClasses looked) {
    assertThat(List.of("core.HostPort", "rules.RuleSet", "Detour"))
        .allMatch(name -> looked.contain("io.detour." + name));
  }
}
