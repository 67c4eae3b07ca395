package io.matih.inference.server.http;

import static org.assertj.core.api.Assertions.assertThat;

/// What every answer to a failed request looks like.
final class Answers {
    private Answers() {}

    static void assertError(RawAnswer answer, int status, String code) {
        assertThat(answer.status()).as(answer.head() + answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Server")).isNull();
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
        var json = answer.json();
        assertThat(json.propertyNames())
                .containsExactlyInAnyOrder(
                        "error", "code", "status", "request_id", "details", "retry_after_ms");
        assertThat(json.get("error").isString()).isTrue();
        assertThat(json.get("code").stringValue()).isEqualTo(code);
        assertThat(json.get("status").intValue()).isEqualTo(status);
        assertThat(json.get("request_id").stringValue()).isEqualTo(answer.header("X-Request-Id"));
        assertThat(json.get("details").isArray()).isTrue();
        assertThat(answer.text())
                .doesNotContainIgnoringCase("jetty")
                .doesNotContain("java.", "io.matih", "Exception", "<html");
        if (status == 503) {
            assertThat(answer.header("Retry-After")).isNotNull();
            assertThat(json.get("retry_after_ms").isNumber()).isTrue();
        }
    }
}
