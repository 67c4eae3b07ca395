package io.matih.inference.engine;

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

/// The engine's rooms and the arrows between them: a room uses only rooms that stand before it
/// here.
class ArchitectureTest {
    private static final String ROOT = "io.matih.inference.engine.";
    private static final List<String> ROOMS =
            List.of(
                    "error",
                    "deadline",
                    "tensor",
                    "telemetry",
                    "device",
                    "model",
                    "onnx",
                    "backend",
                    "cache",
                    "batching",
                    "serving",
                    "shadow",
                    "deployment");
    private static final JavaClasses ENGINE =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.matih.inference.engine");

    static Stream<Integer> rooms() {
        return IntStream.range(0, ROOMS.size()).boxed();
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void roomsUseOnlyRoomsBeforeThem(int index) {
        var later =
                ROOMS.stream()
                        .skip(index + 1L)
                        .map(room -> ROOT + room + "..")
                        .toArray(String[]::new);
        if (later.length > 0) {
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + ROOMS.get(index) + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later)
                    .check(ENGINE);
        }
    }

    @Test
    void everyPackageIsARoom() {
        var known =
                Stream.concat(
                                ROOMS.stream().map(room -> ROOT + room + ".."),
                                Stream.of(ROOT.substring(0, ROOT.length() - 1)))
                        .toArray(String[]::new);
        noClasses().should().resideOutsideOfPackages(known).check(ENGINE);
    }

    @Test
    void onlyItsRoomKnowsOnnxRuntime() {
        onlyIn("backend.onnxruntime", "ai.onnxruntime..");
    }

    @Test
    void onlyTelemetryKnowsMicrometer() {
        onlyIn("telemetry", "io.micrometer..");
    }

    @Test
    void theEngineKnowsNoServerNoSqlAndNoToolkit() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.matih.inference.server..",
                        "io.javalin..",
                        "org.eclipse.jetty..",
                        "java.sql..",
                        "org.jdbi..",
                        "javafx..")
                .check(ENGINE);
    }

    private static void onlyIn(String room, String packages) {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + room + "..")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + "Engine")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packages)
                .check(ENGINE);
    }
}
