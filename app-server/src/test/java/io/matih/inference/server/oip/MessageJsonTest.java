package io.matih.inference.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.proto.ModelConfig;
import io.matih.inference.server.proto.ModelParameter;
import io.matih.inference.server.proto.ModelStatistics;
import io.matih.inference.server.proto.RepositoryIndexResponse.ModelIndex;
import io.matih.inference.server.proto.StatisticDuration;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Messages come out as Triton writes them.
class MessageJsonTest {
    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    @Test
    void integersOf64BitsAreNumbersAndZeroIsThere() {
        var duration = StatisticDuration.newBuilder().setCount(-1).build();
        assertThat(text(MessageJson.write(duration)))
                .isEqualTo("{\"count\":18446744073709551615,\"ns\":0}");
    }

    @Test
    void listsAndMapsAreThereAlsoEmptyAndMessagesOnlyWhereSet() {
        assertThat(text(MessageJson.write(ModelStatistics.newBuilder().setName("m").build())))
                .isEqualTo(
                        "{\"name\":\"m\",\"version\":\"\",\"last_inference\":0,\"inference_count\":0,"
                                + "\"execution_count\":0,\"batch_stats\":[],\"memory_usage\":[],\"response_stats\":{}}");
    }

    @Test
    void fieldsHaveTheNamesOfTheProtoAndEnumsTheirs() {
        var config =
                ModelConfig.newBuilder()
                        .setMaxBatchSize(8)
                        .putParameters(
                                "threads", ModelParameter.newBuilder().setStringValue("2").build())
                        .build();
        assertThat(text(MessageJson.write(config)))
                .contains("\"max_batch_size\":8")
                .contains("\"parameters\":{\"threads\":{\"string_value\":\"2\"}}")
                .doesNotContain("dynamic_batching", "sequence_batching", "ensemble_scheduling");
    }

    @Test
    void entriesOfAnIndexHaveOnlyWhatIsSet() {
        var index = ModelIndex.newBuilder().setName("m").setState("READY").build();
        assertThat(text(MessageJson.write(List.of(index))))
                .isEqualTo("[{\"name\":\"m\",\"state\":\"READY\"}]");
        assertThat(text(MessageJson.write(List.<ModelIndex>of()))).isEqualTo("[]");
    }
}
