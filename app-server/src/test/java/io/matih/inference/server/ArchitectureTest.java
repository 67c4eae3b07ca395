package io.matih.inference.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The server's rooms and the arrows between them: a room uses only rooms that stand before it
/// here; `ServingServer`, `Main` and what they wire stand above all.
class ArchitectureTest {
    private static final String ROOT = "io.matih.inference.server.";
    private static final List<String> ROOMS =
            List.of(
                    "api",
                    "client",
                    "error",
                    "security",
                    "http",
                    "json",
                    "persistence",
                    "inference",
                    "model",
                    "deployment",
                    "triton",
                    "oip",
                    "grpc",
                    "cache",
                    "metrics",
                    "docs",
                    "settings",
                    "demo",
                    "bench",
                    "doctor",
                    "cli");
    private static final JavaClasses SERVER =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("/server/proto/"))
                    .importPackages("io.matih.inference.server", "io.matih.inference.migrations");

    static Stream<Integer> rooms() {
        return IntStream.range(0, ROOMS.size()).boxed();
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void roomsUseOnlyRoomsBeforeThem(int index) {
        var later =
                Stream.concat(
                                ROOMS.stream().skip(index + 1L).map(room -> ROOT + room + ".."),
                                Stream.of(ROOT.substring(0, ROOT.length() - 1)))
                        .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ROOMS.get(index) + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(later)
                .check(SERVER);
    }

    @Test
    void everyPackageIsARoom() {
        var known =
                Stream.concat(
                                ROOMS.stream().map(room -> ROOT + room + ".."),
                                Stream.of(
                                        ROOT.substring(0, ROOT.length() - 1),
                                        "io.matih.inference.migrations.."))
                        .toArray(String[]::new);
        noClasses().should().resideOutsideOfPackages(known).check(SERVER);
    }

    @Test
    void wireRecordsImportNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.matih.inference.engine..", ROOT + "http..")
                .check(SERVER);
    }

    @Test
    void theClientKnowsOnlyTheWire() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "client..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.matih.inference.engine..", "io.javalin..")
                .check(SERVER);
    }

    @Test
    void onlyPersistenceSpeaksSql() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "persistence..", "io.matih.inference.migrations..")
                .and()
                .doNotHaveSimpleName("DatabaseCheck")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.jdbi..", "com.zaxxer..", "org.h2..", "java.sql..")
                .check(SERVER);
    }

    @Test
    void nothingKnowsTheToolkit() {
        noClasses().should().dependOnClassesThat().resideInAPackage("javafx..").check(SERVER);
    }
}
