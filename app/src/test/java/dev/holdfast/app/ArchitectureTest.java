package dev.holdfast.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import io.vertx.core.shareddata.SharedData;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The layers, and what may be used where. Sees the classes of every module, tests left out. */
@AnalyzeClasses(packages = "dev.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  /** The contract: what a service compiles against. Rooms of the server are below these. */
  private static final DescribedPredicate<JavaClass> CONTRACT =
      resideInAnyPackage(
          "dev.holdfast.core..",
          "dev.holdfast.sessions",
          "dev.holdfast.channels",
          "dev.holdfast.channels.schemas",
          "dev.holdfast.connections..",
          "dev.holdfast.files",
          "dev.holdfast.runs",
          "dev.holdfast.tenants",
          "dev.holdfast.tokens");

  /** Each module, and the modules that it may use; what nobody lists here, nobody uses. */
  private static final Map<String, List<String>> LAYERS =
      Map.ofEntries(
          entry("api", List.of()),
          entry("cluster", List.of("api")),
          entry("protocol", List.of("api")),
          entry("agui", List.of("api")),
          entry("client", List.of()),
          entry("embedded", List.of("api")),
          entry("redis", List.of("api")),
          entry("auth", List.of("api", "redis")),
          entry("limits", List.of("api", "redis")),
          entry("sessions", List.of("api", "redis", "limits")),
          entry("channels", List.of("api", "protocol", "redis", "limits")),
          entry("nodes", List.of("api", "redis")),
          entry("files", List.of("api", "redis", "limits")),
          entry("runs", List.of("api", "agui", "redis", "limits")),
          entry(
              "gateway", List.of("api", "protocol", "agui", "auth", "limits", "channels", "files")),
          entry(
              "loadtest",
              List.of("api", "cluster", "protocol", "client", "redis", "embedded", "auth")),
          entry("testkit", List.of("api", "protocol", "client", "redis", "embedded", "auth")),
          entry(
              "app",
              List.of(
                  "api",
                  "cluster",
                  "protocol",
                  "client",
                  "redis",
                  "embedded",
                  "auth",
                  "limits",
                  "sessions",
                  "channels",
                  "nodes",
                  "files",
                  "runs",
                  "gateway")));

  /** Of a package, besides {@code package-info.java}. */
  private static final int MOST_FILES = 20;

  private static final List<String> SERVICES =
      List.of("sessions", "channels", "nodes", "files", "runs");

  @ArchTest static final ArchRule modulesUseOnlyTheLayersBelow = layers();

  @ArchTest
  static final ArchRule servicesKnowEachOtherByClientsAndMessages =
      CompositeArchRule.of(SERVICES.stream().map(ArchitectureTest::keepsItsInnerParts).toList());

  /** Also held by Maven: the module depends on none of them. */
  @ArchTest
  static final ArchRule theContractUsesNoModuleOfTheServer =
      noClasses()
          .that(CONTRACT)
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.holdfast..")
                  .or(resideInAnyPackage("io.vertx.redis..", "io.vertx.json.schema.."))
                  .and(not(CONTRACT)));

  /** What is in a circle can only be read, and changed, together. */
  @ArchTest
  static void noCircleOfClassesIsLargerThanThree(JavaClasses holdfast) {
    assertEquals(List.of(), Circles.of(holdfast, 3));
  }

  /** What is in a package should be seen at a glance. */
  @ArchTest
  static void noPackageHasMoreThanTwentyFiles(JavaClasses holdfast) {
    Map<String, Integer> files = new TreeMap<>();
    for (JavaClass type : holdfast) {
      if (type.isTopLevelClass() && !type.getSimpleName().equals("package-info")) {
        files.merge(type.getPackageName(), 1, Integer::sum);
      }
    }
    files.values().removeIf(count -> count <= MOST_FILES);
    assertEquals(Map.of(), files);
  }

  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices().matching("dev.holdfast.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheRedisModuleUsesTheRedisDriver =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.holdfast.redis..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx.redis..");

  @ArchTest
  static final ArchRule storesAreWhereRedisIs =
      classes()
          .that()
          .haveSimpleNameEndingWith("Store")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.holdfast.redis..");

  @ArchTest
  static final ArchRule untypedJsonStaysAtTheEdge =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.holdfast.auth..", "dev.holdfast.gateway..")
          .and()
          .haveSimpleNameNotEndingWith("Codec")
          // Vert.x takes its own options apart into it.
          .and()
          .doNotHaveSimpleName("HandshakesApart")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(JsonObject.class, JsonArray.class);

  /** What a Vert.x keeps for itself; everything else of its package is shared by Hazelcast. */
  private static final DescribedPredicate<JavaClass> IN_ONE_PROCESS =
      belongToAnyOf(LocalMap.class, Shareable.class, SharedData.class);

  /** What Hazelcast holds can be lost and built again; no lock, counter or map of ours is in it. */
  @ArchTest
  static final ArchRule hazelcastHoldsNothingOfOurs =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "io.vertx.core.shareddata..", "com.hazelcast.map..", "com.hazelcast.cp..")
                  .and(not(IN_ONE_PROCESS)));

  @ArchTest
  static final ArchRule sharedDataIsLocal =
      noClasses()
          .should()
          .callMethodWhere(
              target(owner(assignableTo(SharedData.class))).and(target(not(name("getLocalMap")))));

  @ArchTest
  static final ArchRule onlyTheClusterModuleKnowsTheClusterManager =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.holdfast.cluster..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster..");

  @ArchTest
  static final ArchRule verticlesAreNamedSo =
      classes()
          .that()
          .haveSimpleNameEndingWith("Verticle")
          .should()
          .beAssignableTo(VerticleBase.class);

  @ArchTest
  static final ArchRule whatIsNamedSoIsAVerticle =
      classes()
          .that()
          .areAssignableTo(VerticleBase.class)
          .should()
          .haveSimpleNameEndingWith("Verticle");

  /** Without it, a class that is in no module would be held to no layer. */
  @ArchTest
  static void everyClassIsInAModule(JavaClasses holdfast) {
    for (JavaClass type : holdfast) {
      var module = module(type);
      assertTrue(LAYERS.containsKey(module), () -> type.getName() + " is in no known module");
    }
  }

  private static ArchRule layers() {
    var rule = layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
    for (var module : LAYERS.keySet()) {
      rule =
          rule.layer(module)
              .definedBy(
                  DescribedPredicate.<JavaClass>describe(
                      module, type -> module(type).equals(module)));
    }
    for (var module : LAYERS.entrySet()) {
      rule = uses(rule.whereLayer(module.getKey()), module.getValue());
    }
    return rule;
  }

  private static String module(JavaClass type) {
    if (!type.getPackageName().startsWith("dev.holdfast.")) {
      return "";
    }
    return CONTRACT.test(type) ? "api" : type.getPackageName().split("\\.")[2];
  }

  private static LayeredArchitecture uses(
      LayeredArchitecture.LayerDependencySpecification layer, List<String> below) {
    return below.isEmpty()
        ? layer.mayNotAccessAnyLayer()
        : layer.mayOnlyAccessLayers(below.toArray(String[]::new));
  }

  /** Verticles and stores are a service's own affair; only the executable wires them. */
  private static ArchRule keepsItsInnerParts(String service) {
    var inside = "dev.holdfast." + service + "..";
    return noClasses()
        .that()
        .resideOutsideOfPackages(inside, "dev.holdfast.app..")
        .should()
        .dependOnClassesThat(
            resideInAPackage(inside)
                .and(simpleNameEndingWith("Verticle").or(simpleNameEndingWith("Store"))));
  }
}
