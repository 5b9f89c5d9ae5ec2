package dev.holdfast.app.example;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A service needs the bus and clients, and nothing of what makes a node. That the artifacts keep to
 * it is checked by the build of the example in {@code docker/}, which bans them.
 */
class ServiceDependenciesTest {
  private static final String[] OF_A_SERVICE = {
    "dev.holdfast.core..",
    "dev.holdfast.cluster..",
    "dev.holdfast.sessions..",
    "dev.holdfast.channels..",
  };

  @Test
  void theExampleKnowsTheBusAndClientsAlone() {
    JavaClasses example = new ClassFileImporter().importClasses(BillingService.class);

    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(with(OF_A_SERVICE, "java..", "io.vertx..", "dev.holdfast.app.example"))
        .check(example);
  }

  @Test
  void whatAServiceNeedsKnowsNothingOfANode() {
    JavaClasses holdfast =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.holdfast");

    noClasses()
        .that()
        .resideInAnyPackage(OF_A_SERVICE)
        .should()
        .transitivelyDependOnClassesThat()
        .resideInAnyPackage("dev.holdfast.gateway..", "dev.holdfast.app..")
        .check(holdfast);
  }

  private static String[] with(String[] some, String... more) {
    var all = new ArrayList<>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
