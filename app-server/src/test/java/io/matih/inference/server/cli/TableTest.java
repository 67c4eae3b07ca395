package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;

final class TableTest {
    @TempDir Path folder;

    private String printed(Table table, CommandRun where) {
        table.print(where.terminal());
        return where.out();
    }

    private static Table table() {
        return Table.of(
                        Column.text("NAME"),
                        Column.number("N"),
                        Column.text("EMPTY"),
                        Column.text("REASON"))
                .add(Cell.of("a"), Cell.of("1"), Cell.of(""), Cell.of("short"))
                .add(
                        Cell.of("日本"),
                        Cell.of("1000"),
                        Cell.of(""),
                        Cell.of("a reason that is far too long for the screen"));
    }

    @Test
    void columnsLineUpAndAnEmptyOneIsLeftOut() {
        assertThat(printed(table(), new CommandRun(folder)))
                .isEqualTo(
                        """
                        NAME     N  REASON
                        a        1  short
                        日本  1000  a reason that is far too long for the screen
                        """);
    }

    @Test
    void onANarrowScreenTheLongestTextIsClipped() {
        var screen = new CommandRun(folder).onScreen(40);
        var plain = printed(table(), screen).replaceAll("\u001b\\[[0-9]*m", "");
        assertThat(plain)
                .isEqualTo(
                        """
                        NAME     N  REASON
                        a        1  short
                        日本  1000  a reason that is far too lo…
                        """);
        assertThat(plain.lines()).allMatch(line -> Printable.width(line) <= 40);
    }

    @Test
    void whereEvenClippedTextsDoNotFitNumbersAreLeftOutFromTheRight() {
        var table =
                Table.of(
                                Column.text("NAME"),
                                Column.number("FIRST"),
                                Column.number("SECOND"),
                                Column.text("REASON"))
                        .dropping()
                        .add(
                                Cell.of("a long name"),
                                Cell.of("1000000000"),
                                Cell.of("2000000000"),
                                Cell.of("a long reason"));
        var plain =
                printed(table, new CommandRun(folder).onScreen(40))
                        .replaceAll("\u001b\\[[0-9]*m", "");
        assertThat(plain)
                .isEqualTo(
                        """
                        NAME              FIRST  REASON
                        a long name  1000000000  a long reason
                        """);
    }

    @Test
    void unitsAreReadable() {
        assertThat(HumanUnits.bytes(999)).isEqualTo("999 B");
        assertThat(HumanUnits.bytes(1000)).isEqualTo("0.98 KiB");
        assertThat(HumanUnits.bytes(13_500)).isEqualTo("13.2 KiB");
        assertThat(HumanUnits.bytes(Long.MAX_VALUE)).isEqualTo("8388608 TiB");
        assertThat(HumanUnits.millis(0.123)).isEqualTo("0.12 ms");
        assertThat(HumanUnits.millis(2500)).isEqualTo("2.5 s");
        assertThat(HumanUnits.ago(Duration.ofSeconds(-5))).isEqualTo("now");
        assertThat(HumanUnits.ago(Duration.ofDays(3))).isEqualTo("3 d ago");
        assertThat(HumanUnits.number(new BigDecimal("123456789"))).isEqualTo("123457000");
        assertThat(HumanUnits.number(new BigDecimal("0.000012345678"))).isEqualTo("0.0000123457");
        assertThat(HumanUnits.number(new BigDecimal("1e-30"))).isEqualTo("1E-30");
        assertThat(HumanUnits.number(new BigDecimal("0.000"))).isEqualTo("0");
    }

    @Test
    void whatATerminalWouldObeyIsShown() {
        assertThat(Printable.line("a\u001b[31mb\u0007\u009b1m\u202e\u2028\n\t\u007f\uD83D\uDE00"))
                .isEqualTo(
                        "a\\u001b[31mb\\u0007\\u009b1m\\u202e\\u2028\\u000a\\u0009\\u007f\uD83D\uDE00");
        assertThat(Printable.lines("{\n\t\"a\u001b\"}")).isEqualTo("{\n\t\"a\\u001b\"}");
    }
}
