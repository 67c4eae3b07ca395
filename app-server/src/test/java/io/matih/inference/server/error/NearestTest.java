package io.matih.inference.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class NearestTest {
    private static final List<String> KNOWN = List.of("http.port", "http.host", "limit", "page");

    @ParameterizedTest
    @CsvSource({
        "http.prot, http.port",
        "htttp.port, http.port",
        "http.hst, http.host",
        "limits, limit",
        "pgae, page"
    })
    void aSlipLeadsToTheWordThatWasMeant(String written, String meant) {
        assertThat(Nearest.of(written, KNOWN)).contains(meant);
        assertThat(Nearest.suggestion(written, KNOWN))
                .isEqualTo("; did you mean '%s'?".formatted(meant));
    }

    @Test
    void lettersThatWereOnlyLeftOutAreFilledIn() {
        assertThat(Nearest.of("dtype", List.of("name", "datatype", "", "data")))
                .contains("datatype");
        assertThat(Nearest.of("dtyqe", List.of("name", "datatype", "", "data"))).isEmpty();
    }

    @Test
    void nothingIsGuessedFromWhatIsUnlikeEverything() {
        for (var written : List.of("qqqqqqqqqq", "verbose", "l".repeat(100_000))) {
            assertThat(Nearest.of(written, KNOWN)).isEmpty();
            assertThat(Nearest.suggestion(written, KNOWN)).isEmpty();
        }
    }
}
