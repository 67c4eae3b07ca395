package io.matih.inference.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.error.ServingException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;

class PolicyTest {
    private final HostPolicy hosts = new HostPolicy(Set.of("Models.example", "[fd00::1]"));
    private final OriginPolicy origins = new OriginPolicy(Set.of("https://ops.example:8443"));

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.0.0.2"})
    void thisMachineMayBeBound(String host) {
        assertThat(BindPolicy.check("http.host", host).isLoopbackAddress()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "", " ", "no such host"})
    void anythingElseIsRefusedInOneLine(String host) {
        assertThatThrownBy(() -> BindPolicy.check("http.host", host))
                .isInstanceOf(BindRefusedException.class)
                .hasMessageStartingWith("http.host: ")
                .extracting(Throwable::getMessage)
                .asString()
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8080",
                "127.0.0.1:1",
                "[::1]",
                "[::1]:8080",
                "models.example:443",
                "[fd00::1]:8080"
            })
    void ownNamesAreAnsweredOnAnyPort(String host) {
        assertThatCode(() -> hosts.check(host)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil",
                "localhost.",
                "localhost.evil",
                "evil:localhost",
                "127.0.0.1.evil",
                "[::2]",
                "::1",
                "2130706433",
                ""
            })
    void otherNamesAreNot(String host) {
        assertThatThrownBy(() -> hosts.check(host)).isInstanceOf(ServingException.class);
    }

    @Test
    void aMissingHostIsRefused() {
        assertThatThrownBy(() -> hosts.check(null)).isInstanceOf(ServingException.class);
    }

    @Test
    void ownAndListedPagesAreLetIn() {
        var own = "http://localhost:8080";
        assertThatCode(
                        () -> {
                            origins.check(List.of(), null, own);
                            origins.check(List.of(), "same-origin", own);
                            origins.check(List.of(own), "same-origin", own);
                            origins.check(List.of("https://ops.example:8443"), "cross-site", own);
                        })
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "",
                "http://localhost",
                "http://localhost:8081",
                "https://localhost:8080",
                "https://ops.example",
                "http://localhost:8080.evil"
            })
    void otherPagesAreNot(String origin) {
        var own = "http://localhost:8080";
        assertThatThrownBy(() -> origins.check(List.of(origin), null, own))
                .isInstanceOf(ServingException.class);
        assertThatThrownBy(() -> origins.check(List.of(own, origin), null, own))
                .isInstanceOf(ServingException.class);
    }
}
