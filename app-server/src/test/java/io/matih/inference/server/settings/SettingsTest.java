package io.matih.inference.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class SettingsTest {
    @TempDir Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> flags = new HashMap<>();

    private Surroundings here() {
        return new Surroundings(environment, "Linux", folder.resolve("home"), folder);
    }

    private Settings load() {
        return SettingsLoader.load(here(), Optional.empty(), flags);
    }

    private Settings loadFile(String yaml) throws IOException {
        return SettingsLoader.load(here(), Optional.of(write(yaml)), flags);
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("my.yaml"), yaml);
    }

    @Test
    void theDefaults() {
        var data = folder + "/home/.local/share/matih";
        assertThat(load().describe())
                .extracting(row -> row.key() + " = " + row.value())
                .containsExactly(
                        "data.dir = " + data,
                        "http.host = 127.0.0.1",
                        "http.port = 8080",
                        "http.allowed_hosts = (none)",
                        "http.allowed_origins = (none)",
                        "grpc.port = 8081",
                        "database.url = (an H2 file in the data folder)",
                        "store.roots = " + data + "/models," + data + "/data",
                        "model.repository = (none)",
                        "auth.mode = none",
                        "s3.endpoint = (AWS)",
                        "s3.region = us-east-1",
                        "s3.path_style = false",
                        "s3.access_key = (none)",
                        "s3.secret_key = (none)",
                        "limits.max_body_bytes = 64MiB",
                        "limits.max_predict_body_bytes = 16MiB",
                        "limits.max_model_bytes = 2GiB",
                        "limits.max_rows = 65536",
                        "limits.max_output_bytes = 256MiB",
                        "probe.timeout = 60s",
                        "drain.timeout = 30s",
                        "strict_readiness = false",
                        "cache.host_bytes = (three quarters of the memory less the heap)",
                        "cache.gpu_bytes = (no limit)",
                        "cache.overcommit_percent = 0",
                        "cache.load_timeout = 30s",
                        "cache.load_on_demand = true",
                        "cache.idle_ttl = (off)",
                        "response_cache.bytes = 64MiB",
                        "response_cache.ttl = 600s",
                        "log.level = info");
        assertThat(load().describe()).allMatch(row -> row.source().text().equals("default"));
    }

    @Test
    void aFlagOverrulesAVariableThatOverrulesTheFile() throws IOException {
        var yaml = "http:\n  port: 1001\ngrpc.port: 1002\nlimits: {max_rows: 7}\n";
        environment.put("MATIH_HTTP_PORT", "2001");
        environment.put("MATIH_GRPC_PORT", "2002");
        flags.put("http.port", "3001");

        var settings = loadFile(yaml);

        assertThat(settings.get(SettingKeys.HTTP_PORT)).isEqualTo(3001);
        assertThat(settings.get(SettingKeys.GRPC_PORT)).isEqualTo(2002);
        assertThat(settings.get(SettingKeys.MAX_ROWS)).isEqualTo(7);
        assertThat(
                        List.of(
                                settings.source(SettingKeys.HTTP_PORT).text(),
                                settings.source(SettingKeys.GRPC_PORT).text(),
                                settings.source(SettingKeys.MAX_ROWS).text()))
                .containsExactly(
                        "flag --http.port",
                        "environment MATIH_GRPC_PORT",
                        folder.resolve("my.yaml") + " line 4");
    }

    @Test
    void theDataFoldersOwnFileIsReadWithoutBeingNamed() throws IOException {
        Files.writeString(folder.resolve("matih.yaml"), "http.port: 4001\n");
        flags.put("data.dir", ".");
        assertThat(load().get(SettingKeys.HTTP_PORT)).isEqualTo(4001);
        assertThat(load().get(SettingKeys.DATA_DIR)).isEqualTo(folder);

        Files.writeString(folder.resolve("matih.yaml"), "data.dir: elsewhere\n");
        assertThatThrownBy(this::load)
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("another data.dir");
    }

    @Test
    void anUnknownKeyNamesTheNearestOne() {
        assertThatThrownBy(() -> loadFile("http:\n  prot: 1\n"))
                .isInstanceOf(SettingsException.class)
                .hasMessage(
                        "there is no setting 'http.prot' (%s line 2); did you mean 'http.port'?",
                        folder.resolve("my.yaml"));
        flags.put("limit.max_row", "1");
        assertThatThrownBy(this::load).hasMessageEndingWith("did you mean 'limits.max_rows'?");
    }

    @Test
    void anUnknownVariableOnlyWarns() {
        environment.put("MATIH_HTP_PORT", "1");
        environment.put("MATIH_JAVA_OPTS", "-Xmx1g");
        assertThat(load().warnings())
                .containsExactly(
                        "the environment variable MATIH_HTP_PORT is no setting; did you mean 'MATIH_HTTP_PORT'?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http.port|65536|a whole number from 0 to 65535",
                "http.port|-1|a whole number from 0 to 65535",
                "http.port|99999999999999999999|a whole number from 0 to 65535",
                "http.port|8k|a whole number from 0 to 65535",
                "http.host|a b|a host name or IP address",
                "limits.max_rows|0|a whole number from 1 to 16777216",
                "limits.max_body_bytes|2GiB|a size from 1KiB to 1GiB, such as 512KiB, 64MiB or 2GiB",
                "limits.max_body_bytes|9999999999TiB|a size from 1KiB to 1GiB, such as 512KiB, 64MiB or 2GiB",
                "drain.timeout|30|a time from 0s to 1h, such as 500ms, 30s or 2m",
                "s3.path_style|yes|true or false",
                "log.level|loud|one of error, warn, info, debug, trace",
                "store.roots|http://x/y|folders and s3://bucket or s3://bucket/prefix, separated by commas",
                "s3.endpoint|minio:9000|a URL such as https://minio.example.org:9000",
            })
    void aValueThatIsNotAllowedIsNamedWithWhatIs(String key, String value, String allowed) {
        flags.put(key, value);
        assertThatThrownBy(this::load)
                .isInstanceOf(SettingsException.class)
                .hasMessage("%s is '%s' (flag --%s): allowed is %s", key, value, key, allowed);
    }

    @Test
    void unitsListsAndPathsAreRead() {
        flags.put("limits.max_body_bytes", "1 MiB");
        flags.put("limits.max_model_bytes", "3GB");
        flags.put("drain.timeout", "1500ms");
        flags.put("store.roots", "models, ~/more ,s3://bucket/prefix,models");
        flags.put("s3.endpoint", "http://localhost:9000");
        var settings = load();
        assertThat(settings.get(SettingKeys.MAX_BODY_BYTES)).isEqualTo(1 << 20);
        assertThat(settings.get(SettingKeys.MAX_MODEL_BYTES)).isEqualTo(3_000_000_000L);
        assertThat(settings.get(SettingKeys.DRAIN_TIMEOUT)).isEqualTo(Duration.ofMillis(1500));
        assertThat(settings.get(SettingKeys.STORE_ROOTS))
                .containsExactly(folder + "/models", folder + "/home/more", "s3://bucket/prefix");
        assertThat(settings.get(SettingKeys.S3_PATH_STYLE)).isTrue();
    }

    @Test
    void aFilesPathsStartFromItsFolderAndItsListsMayBeLists() throws IOException {
        assertThat(loadFile("store.roots: [a, b]\n").get(SettingKeys.STORE_ROOTS))
                .containsExactly(folder + "/a", folder + "/b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "!!java.net.URL [x]|expected 'key: value' lines",
                "http.port: !!javax.script.ScriptEngineManager [x]|expected plain text or a number",
                "http.port: !evil 1|expected plain text or a number",
                "a: &a {b: 1}\\nhttp: *a|is not valid YAML",
                "http.port: 1\\nhttp: {port: 2}|http.port is set twice",
                "http.port: 1\\nhttp.port: 2|line 2: http.port is set twice",
                "http.port:|http.port has no value",
                "http.port: [|is not valid YAML",
                "- http.port|expected 'key: value' lines",
            })
    void aFileThatIsMoreThanKeysAndValuesIsRefused(String yaml, String problem) {
        assertThatThrownBy(() -> loadFile(yaml.replace("\\n", "\n")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void aSecretIsMaskedAndNeverAFlag() {
        environment.put("MATIH_S3_ACCESS_KEY", "id");
        environment.put("MATIH_S3_SECRET_KEY", "hunter2");
        environment.put(
                "MATIH_DATABASE_URL", "jdbc:postgresql://db/x?user=u&password=hunter2&ssl=on");
        var settings = load();
        assertThat(settings.find(SettingKeys.S3_SECRET_KEY)).contains("hunter2");
        assertThat(settings.describe().toString())
                .doesNotContain("hunter2")
                .contains("jdbc:postgresql://db/x?user=u&password=********&ssl=on");

        environment.put("MATIH_S3_SECRET_KEY", "hunter 2");
        assertThatThrownBy(this::load).message().doesNotContain("hunter");

        flags.put("s3.secret_key", "hunter2");
        assertThatThrownBy(this::load)
                .hasMessageStartingWith("--s3.secret_key would show a secret")
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void aFileWithASecretIsItsOwnersAlone() throws IOException {
        var file = write("s3: {access_key: id, secret_key: hunter2}\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> SettingsLoader.load(here(), Optional.of(file), flags))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("run chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(
                        SettingsLoader.load(here(), Optional.of(file), flags)
                                .find(SettingKeys.S3_SECRET_KEY))
                .contains("hunter2");
    }

    @Test
    void settingsThatDoNotGoTogetherAreRefused() {
        flags.put("auth.mode", "api-key");
        assertThatThrownBy(this::load).hasMessageContaining("no API keys, only 'none'");
        flags.clear();
        flags.put("http.host", "0.0.0.0");
        assertThatThrownBy(this::load).hasMessageContaining("loopback only");
        flags.put("http.host", "::1");
        assertThat(load().get(SettingKeys.HTTP_HOST)).isEqualTo("::1");
        flags.put("grpc.port", "8080");
        assertThatThrownBy(this::load).hasMessageContaining("both 8080");
        flags.clear();
        flags.put("s3.access_key", "id");
        assertThatThrownBy(this::load).hasMessageContaining("belong together");
    }

    @Test
    void eachSystemHasItsDataFolder() {
        var home = Path.of("/home/me");
        var mac = new Surroundings(Map.of(), "Mac OS X", home, home);
        assertThat(mac.dataFolder()).hasToString("/home/me/Library/Application Support/matih");
        var xdg = new Surroundings(Map.of("XDG_DATA_HOME", "/data"), "Linux", home, home);
        assertThat(xdg.dataFolder()).hasToString("/data/matih");
        var relative = new Surroundings(Map.of("XDG_DATA_HOME", "data"), "Linux", home, home);
        assertThat(relative.dataFolder()).hasToString("/home/me/.local/share/matih");
    }
}
