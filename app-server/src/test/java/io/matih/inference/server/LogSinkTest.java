package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Names that come from models, in the log as it is shipped: they are seen, and do nothing else.
class LogSinkTest {
    private static final Pattern LINE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T.*", Pattern.DOTALL);
    private static final Pattern ACTIVE =
            Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\n\\t]]");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\n2026-11-24T12:00:00.000Z INFO  i.m.i.server - forged",
                "x\r2026-11-24T12:00:00.000Z INFO  i.m.i.server - forged",
                "x\r\n2026-11-24T12:00:00.000Z INFO  i.m.i.server - forged",
                "x\u20282026-11-24T12:00:00.000Z INFO  i.m.i.server - forged",
                "x\u00852026-11-24T12:00:00.000Z INFO  i.m.i.server - forged",
                "\u001b[2J\u001b[31mred\u009b1m",
                "\u202Egnp.exe\u2066",
                "${jndi:ldap://127.0.0.1:1/a}",
                "{} %msg %n ${HOME}",
                "\"} 1\nevil{",
                "=cmd|' /C calc'!A0"
            })
    void aHostileNameStaysOneLineOfPlainText(String name) {
        var plain = ACTIVE.matcher(name.replace("\n", "\u0000")).replaceAll("␣");
        var message = logged(log -> log.warn("input {} is odd", name));
        assertThat(message.strip()).endsWith(" - input " + plain + " is odd");
        assertThat(message.lines()).hasSize(1);

        var failure = new IllegalStateException(name, new IllegalArgumentException(name));
        failure.addSuppressed(new IllegalArgumentException(name));
        var trace = logged(log -> log.warn("it failed", failure));
        assertThat(ACTIVE.matcher(trace.replace("\r\n", "\n")).find()).as(trace).isFalse();
        assertThat(trace.split("\n")).filteredOn(line -> LINE.matcher(line).matches()).hasSize(1);
    }

    @Test
    void anExceptionIsWrittenOnceAndWhole() {
        var cause = new IllegalArgumentException("the cause");
        var trace = logged(log -> log.warn("it failed", new IllegalStateException("why", cause)));
        assertThat(List.of(trace.split("\n")))
                .containsOnlyOnce("java.lang.IllegalStateException: why")
                .containsOnlyOnce("  Caused by: java.lang.IllegalArgumentException: the cause")
                .anyMatch(line -> line.startsWith("  \tat " + LogSinkTest.class.getName()));
    }

    /// What the shipped configuration prints.
    private static String logged(Consumer<Logger> action) {
        var context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        var printed = new ByteArrayOutputStream();
        var before = System.err;
        System.setErr(new PrintStream(printed, true, UTF_8));
        try {
            configurator.doConfigure(
                    Objects.requireNonNull(Main.class.getResource("/logback.xml")));
            action.accept(context.getLogger("io.matih.inference.server.Sink"));
            context.stop();
        } catch (JoranException e) {
            throw new AssertionError(e);
        } finally {
            System.setErr(before);
        }
        return printed.toString(UTF_8);
    }
}
