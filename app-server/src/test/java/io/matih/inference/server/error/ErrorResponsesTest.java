package io.matih.inference.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.List;

class ErrorResponsesTest {
    private static final JsonMapper JSON = new JsonMapper();

    @ParameterizedTest
    @EnumSource
    void everyCodeIsAnErrorInBothProtocols(ErrorCode code) {
        assertThat(ErrorResponses.status(code)).isBetween(400, 599);
        assertThat(ErrorResponses.grpcStatus(code)).isNotIn(Status.Code.OK, Status.Code.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource
    void everyUnavailableSaysWhenToComeBack(ErrorCode code) {
        var response = ErrorResponses.of(new ServingException(code, "no"), "id");
        assertThat(response.retryAfterSeconds() != null).isEqualTo(response.status() == 503);
        assertThat(json(response).get("retry_after_ms").isNull())
                .isEqualTo(response.status() != 503);
    }

    @Test
    void theBodyHasTheOneForm() {
        var failure =
                new ServingException(
                        ErrorCode.INVALID_SHAPE,
                        "input 'x': expected [-1,4], got [1,5]",
                        new ErrorDetail("inputs[0].shape", "[-1,4]", "[1,5]"));
        var response = ErrorResponses.of(failure, "01J");
        assertThat(response.status()).isEqualTo(400);
        assertThat(json(response))
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"error":"input 'x': expected [-1,4], got [1,5]",
                                 "code":"INVALID_SHAPE","status":400,"request_id":"01J",
                                 "details":[{"field":"inputs[0].shape","expected":"[-1,4]",
                                             "actual":"[1,5]"}],
                                 "retry_after_ms":null}"""));
    }

    @Test
    void retryAfterIsRoundedUpToSeconds() {
        var failure =
                new ServingException(ErrorCode.QUEUE_FULL, "full")
                        .withRetryAfter(Duration.ofMillis(1001));
        var response = ErrorResponses.of(failure, "01J");
        assertThat(response.retryAfterSeconds()).isEqualTo(2);
        assertThat(json(response).get("retry_after_ms").intValue()).isEqualTo(1001);
    }

    @Test
    void textFromOutsideStaysText() {
        var text = "\"} 1\nevil{ '; DROP <img onerror> ${jndi:x} \u001b[31m \u202e \u0000";
        var failure =
                new ServingException(
                        ErrorCode.INVALID_NAME,
                        text,
                        List.of(new ErrorDetail(text, text, text)),
                        null,
                        null);
        var response = ErrorResponses.of(failure, "01J");
        for (byte character : response.body()) {
            assertThat(character >= 0 && character < ' ').isFalse();
        }
        var json = json(response);
        assertThat(json.get("error").stringValue()).isEqualTo(text);
        assertThat(json.get("details").get(0).get("actual").stringValue()).isEqualTo(text);
        assertThat(json.propertyNames()).hasSize(6);
    }

    @Test
    void aLoneSurrogateDoesNotBreakTheAnswer() {
        var response =
                ErrorResponses.of(new ServingException(ErrorCode.INVALID_NAME, "a\ud800b"), "01J");
        assertThat(json(response).get("error").stringValue()).isEqualTo("a?b");
    }

    private static JsonNode json(ErrorResponse response) {
        return JSON.readTree(response.body());
    }
}
