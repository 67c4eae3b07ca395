package io.matih.inference.server.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs the launcher's script in a checkout of its own, with a JDK and a build that only write down
/// how they were called.
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
final class LauncherTest {
    private static final String JAVA =
            """
            #!/bin/sh
            echo "pid=$$"
            for argument; do echo "$argument"; done
            """;
    private static final String BUILD =
            """
            #!/bin/sh
            echo "built with $JAVA_HOME: $*" >>build-calls
            [ ! -e fail ] || { echo "the compiler says no"; exit 1; }
            mkdir -p app-server/target/lib
            echo jar >app-server/target/app-server-0.1.0.jar
            """;

    @TempDir Path folder;

    private Path root = Path.of("");
    private Path jdk = Path.of("");
    private final Map<String, String> environment = new HashMap<>();

    private record Result(int code, List<String> out, String err, long pid) {}

    @BeforeEach
    void checkout() throws IOException {
        root = Files.createDirectories(folder.resolve("check out"));
        Files.copy(Path.of("..", "matih"), root.resolve("matih"));
        assertThat(root.resolve("matih").toFile().setExecutable(true)).isTrue();
        script(root.resolve("mvnw"), BUILD);
        Files.writeString(
                root.resolve("pom.xml"), "<project>\n  <version>0.1.0</version>\n</project>\n");
        Files.createDirectories(root.resolve("app-server/src/main/java"));
        Files.createDirectories(root.resolve("app-server/src/test/java"));
        Files.writeString(root.resolve("app-server/src/main/java/Main.java"), "class Main {}");
        jdk = jdk("jdk 25", "25.0.3");
        environment.put("JAVA_HOME", jdk.toString());
        for (var file :
                List.of(
                        "pom.xml",
                        "app-server/src/main/java/Main.java",
                        "app-server/src/main/java",
                        "app-server/src/main",
                        "app-server/src",
                        "app-server/src/test",
                        "app-server/src/test/java")) {
            old(root.resolve(file));
        }
    }

    private static void old(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(1000)));
    }

    private Path jdk(String name, String version) throws IOException {
        var home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        script(home.resolve("bin/java"), JAVA);
        script(home.resolve("bin/javac"), JAVA);
        Files.writeString(
                home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Result launch(String... arguments) throws IOException, InterruptedException {
        return launchFile(root.resolve("matih"), arguments);
    }

    private Result launchFile(Path file, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("MATIH_") || name.equals("JAVA_HOME"));
        builder.environment().putAll(environment);
        builder.redirectError(folder.resolve("err").toFile());
        var process = builder.start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(
                process.waitFor(),
                out.lines().toList(),
                Files.readString(folder.resolve("err")),
                process.pid());
    }

    private List<String> builds() throws IOException {
        var calls = root.resolve("build-calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    @Test
    void theFirstStartBuildsAndBecomesTheJvm() throws Exception {
        var result = launch("serve", "two words", "--x=*");
        assertThat(result.code()).isZero();
        assertThat(result.err())
                .isEqualTo("matih: building (first start, this takes a while) ...\n");
        assertThat(builds())
                .containsExactly(
                        "built with " + jdk + ": -q -pl app-server -am package -DskipTests");
        assertThat(result.out().getFirst()).isEqualTo("pid=" + result.pid());
        var target = root.resolve("app-server/target").toRealPath();
        assertThat(result.out())
                .contains(
                        "-XX:+UseG1GC",
                        "-Djdk.serialFilter=!*",
                        "--enable-native-access=ALL-UNNAMED")
                .doesNotContain("-XX:TieredStopAtLevel=1")
                .endsWith(
                        "-cp",
                        target + "/app-server-0.1.0.jar:" + target + "/lib/*",
                        "io.matih.inference.server.Main",
                        "serve",
                        "two words",
                        "--x=*");
    }

    @Test
    void onlyWhatIsStaleIsBuiltAgain() throws Exception {
        launch("models");
        var second = launch("models");
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).contains("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        assertThat(builds()).hasSize(1);

        Files.writeString(root.resolve("app-server/src/test/java/ATest.java"), "class ATest {}");
        launch("models");
        assertThat(builds()).as("tests are not in the program").hasSize(1);

        Files.writeString(root.resolve("app-server/src/main/java/Main.java"), "class Main { }");
        assertThat(launch("models").err())
                .isEqualTo("matih: building (sources changed, this takes a while) ...\n");
        assertThat(builds()).hasSize(2);

        Files.delete(root.resolve("app-server/src/main/java/Main.java"));
        launch("models");
        assertThat(builds()).as("a source is gone").hasSize(3);

        Files.delete(root.resolve("app-server/target/app-server-0.1.0.jar"));
        launch("models");
        assertThat(builds()).as("the jar is gone").hasSize(4);
    }

    @Test
    void aBuildThatFailsShowsItsOutputAndIsTriedAgain() throws Exception {
        Files.writeString(root.resolve("fail"), "");
        var failed = launch("serve");
        assertThat(failed.code()).isEqualTo(70);
        assertThat(failed.err()).contains("the compiler says no", "error: the build failed");
        assertThat(failed.out()).isEmpty();
        Files.delete(root.resolve("fail"));
        assertThat(launch("serve").code()).isZero();
        assertThat(builds()).hasSize(2);
    }

    @Test
    void itWorksThroughASymbolicLink() throws Exception {
        Files.createDirectories(folder.resolve("bin"));
        var link =
                Files.createSymbolicLink(
                        folder.resolve("bin/matih"), Path.of("../check out/matih"));
        assertThat(launchFile(link, "models").out())
                .contains(
                        root.toRealPath()
                                + "/app-server/target/app-server-0.1.0.jar:"
                                + root.toRealPath()
                                + "/app-server/target/lib/*");
    }

    @Test
    void anOtherJavaHomeDoesNotKeepItFromFindingTheRightOne() throws Exception {
        environment.put("JAVA_HOME", jdk("jdk 17", "17.0.9").toString());
        var home = Files.createDirectories(folder.resolve("home/.sdkman/candidates/java"));
        Files.createSymbolicLink(home.resolve("25.0.3-tem"), jdk);
        environment.put("HOME", folder.resolve("home").toString());
        environment.put("PATH", jdk.resolve("bin") + ":/usr/bin:/bin");
        assertThat(launch("models").code()).isZero();
        assertThat(builds())
                .containsExactly(
                        "built with " + jdk + ": -q -pl app-server -am package -DskipTests");
    }

    @Test
    void withoutAJdkItSaysInOneSentenceWhatToInstall() throws Exception {
        // No machine's JDK 25 may be found: the copy asks for a version that nobody has.
        var script =
                Files.readString(root.resolve("matih"))
                        .replace("version_wanted=25", "version_wanted=99");
        script(root.resolve("matih"), script);
        var result = launch("serve");
        assertThat(result.code()).isEqualTo(69);
        assertThat(result.err().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("error: MATIH Inference needs a JDK 99");
        assertThat(builds()).isEmpty();
    }

    @Test
    void moreOptionsReachTheJvm() throws Exception {
        environment.put("MATIH_JAVA_OPTS", "-Xmx2g -Dx=1");
        assertThat(launch("serve").out()).containsSubsequence("-Xmx2g", "-Dx=1", "-cp");
    }
}
