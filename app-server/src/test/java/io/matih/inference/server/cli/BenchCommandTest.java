package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

class BenchCommandTest {
    private static final String PREDICT = "POST /api/v1/inference/predict";
    private static final String ANSWER =
            "{\"model_name\":\"iris\",\"model_version\":\"1\",\"outputs\":[]}";

    @TempDir private Path folder;
    private FakeServer server;
    private CommandRun command;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer().on(PREDICT, 200, ANSWER);
        command = new CommandRun(folder).with("MATIH_SERVER", server.url());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int bench(String... more) {
        var usual = Stream.of("bench", "--duration=900ms", "--warmup=0", "--connections=2");
        return command.run(Stream.concat(usual, Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void sendsTheRowsAndTellsWhatCameBack() {
        assertThat(bench("iris", "--data", "[[1,2]]", "--json")).isEqualTo(ExitCode.OK);
        var result = JsonMapper.shared().readTree(command.out());
        assertThat(server.lastCall().text()).contains("\"instances\":[[1,2]]");
        assertThat(result.at("/statuses/200").longValue()).isPositive();
        assertThat(result.at("/latency_ms/p99").doubleValue()).isPositive();
        assertThat(result.get("wrong").longValue()).isZero();
        // One asks for the expected answer.
        assertThat(server.calls()).hasSize(result.at("/statuses/200").intValue() + 1);
    }

    @Test
    void makesRowsFromTheSignatureWhereNoneAreGiven() {
        server.on(
                "GET /api/v1/inference/deployments/iris",
                200,
                "{\"name\":\"iris\",\"signature\":{\"inputs\":[{\"name\":\"x\",\"datatype\":"
                        + "\"INT64\",\"shape\":[-1,3],\"optional\":false}]}}");
        assertThat(bench("iris", "--rows", "2")).isEqualTo(ExitCode.OK);
        var input = JsonMapper.shared().readTree(server.lastCall().text()).at("/inputs/0");
        assertThat(input.get("shape").toString()).isEqualTo("[2,3]");
        assertThat(input.get("data")).hasSize(6);
        assertThat(command.out()).contains("ANSWERS", "good", "0 wrong");
    }

    @Test
    void paintsWhileItRunsAndLeavesOnlyTheResult() {
        command.onScreen(80);
        assertThat(bench("iris", "--data", "[[1,2]]")).isEqualTo(ExitCode.OK);
        assertThat(command.err()).contains("measuring", "p99", "\u001b[J");
        assertThat(command.out().lines()).allMatch(line -> plain(line).length() <= 80);
    }

    private static String plain(String line) {
        return line.replaceAll("\u001b\\[[0-9]*m", "");
    }

    @Test
    void saysWhyThereIsNothingToMeasure() {
        server.on(PREDICT, 404, "{\"error\":\"no such model\",\"code\":\"MODEL_NOT_FOUND\"}");
        assertThat(bench("iris", "--data", "[[1,2]]")).isEqualTo(ExitCode.FAILED);
        assertThat(command.err()).contains("no such model");
    }

    @ParameterizedTest
    @CsvSource({
        "--suite=speed, there is only serving",
        "--suite=serving --only=fast, json-predict-64",
        "--suite=serving --quick --full, exclude each other",
        "iris --data=[[1]] --rate=-1, --rate",
        "iris --data=[[1]] --rate=5 --arrivals=often, poisson or uniform",
        "iris --data=[[1]] --duration=soon, --duration is 'soon'",
        "iris --data=[[1]] --check=101, 0 to 100"
    })
    void refusesWhatItCannotDo(String arguments, String said) {
        var all = ("bench " + arguments).split(" ");
        assertThat(command.run(all)).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains(said);
    }
}
