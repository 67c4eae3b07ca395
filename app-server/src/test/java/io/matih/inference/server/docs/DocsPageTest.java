package io.matih.inference.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The page comes whole from the server that it describes.
class DocsPageTest {
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]*)\"");
    private static final Pattern STYLE_LINK = Pattern.compile("@import|url\\(([^)]{0,40})");

    @TempDir private static Path data;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everythingThatThePageNamesIsServedHere() {
        var links = links();
        assertThat(links)
                .contains(
                        "docs/swagger-ui-bundle.js",
                        "docs/swagger-ui.css",
                        "docs/docs.js",
                        "docs/docs.css",
                        "docs/favicon.svg",
                        "openapi.json");
        for (var link : links) {
            assertThat(link).doesNotContain(":").doesNotStartWith("/");
            var answer = server.get("/" + link);
            assertThat(answer.status()).as(link).isEqualTo(200);
            assertThat(answer.body()).as(link).isNotBlank();
        }
    }

    private static List<String> links() {
        return LINK.matcher(server.get("/docs").body())
                .results()
                .map(link -> link.group(1))
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/docs/docs.js", "/docs/docs.css", "/docs/favicon.svg"})
    void nothingMayBeLoadedFromElsewhere(String path) {
        var headers = server.get(path).response().headers();
        var policy = headers.firstValue("Content-Security-Policy").orElseThrow();
        assertThat(policy.split("; *"))
                .contains(
                        "default-src 'none'",
                        "script-src 'self'",
                        "connect-src 'self'",
                        "frame-ancestors 'none'");
        assertThat(policy).doesNotContain("http").doesNotContain("*").doesNotContain("unsafe-eval");
        assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs.css", "swagger-ui.css"})
    void stylesNameNoOtherPlace(String file) {
        var places =
                STYLE_LINK
                        .matcher(server.get("/docs/" + file).body())
                        .results()
                        .map(MatchResult::group)
                        .toList();
        assertThat(places)
                .allMatch(place -> place.matches("url\\(['\"]?data:.*"), "is inline data");
    }

    @Test
    void thePageHasNoScriptOfItsOwnThatThePolicyWouldStop() {
        var page = server.get("/docs").body();
        assertThat(page)
                .doesNotContainPattern("<script(?![^>]*src=)")
                .doesNotContainPattern("\\son[a-z]+=")
                .doesNotContainPattern("\\sstyle=");
        assertThat(server.get("/docs/docs.js").body()).doesNotContain("http:", "https:");
    }

    @Test
    void onlyThePagesFilesAreServed() {
        for (var name : List.of("openapi.json", "index.html", "DocsHandler.class", "nothing.js")) {
            var answer = server.get("/docs/" + name);
            assertThat(answer.status()).as(name).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("ROUTE_NOT_FOUND");
        }
        assertThat(server.get("/docs/..%2f..%2fMETA-INF%2fMANIFEST.MF").status()).isEqualTo(400);
    }
}
