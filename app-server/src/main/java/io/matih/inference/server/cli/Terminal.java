package io.matih.inference.server.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// Where output goes and what it may look like there.
///
/// @param columns width that tables keep to; unlimited where nobody looks at a screen
/// @param colours whether states are coloured
/// @param screen whether `out` is a terminal, whose control sequences must not come from elsewhere
/// @param progress whether `err` is a terminal, on which one line may be written again and again
record Terminal(
        PrintStream out,
        PrintStream err,
        int columns,
        boolean colours,
        boolean screen,
        boolean progress) {
    static final int UNLIMITED = Integer.MAX_VALUE;
    private static final int USUAL_COLUMNS = 80;
    private static final int FEWEST_COLUMNS = 40;

    /// The launcher knows which streams are terminals and how wide: `matih.terminal.columns` and
    /// `matih.terminal.progress`. Without a launcher, the JVM's own console decides.
    static Terminal detect(Map<String, String> environment) {
        boolean interactive =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        boolean launched = Boolean.getBoolean("matih.launched");
        var width = System.getProperty("matih.terminal.columns", "");
        boolean screen = launched ? !width.isEmpty() : interactive;
        boolean progress = launched ? Boolean.getBoolean("matih.terminal.progress") : interactive;
        var charset = Charset.forName(System.getProperty("stdout.encoding", "UTF-8"));
        var out = stream(FileDescriptor.out, screen ? charset : StandardCharsets.UTF_8);
        return new Terminal(
                out,
                stream(FileDescriptor.err, progress ? charset : StandardCharsets.UTF_8),
                screen ? columns(width, environment) : UNLIMITED,
                screen && wantsColours(environment),
                screen,
                progress);
    }

    /// The convention of no-color.org, and terminals that cannot.
    private static boolean wantsColours(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    private static int columns(String measured, Map<String, String> environment) {
        var text = environment.getOrDefault("COLUMNS", measured);
        return text.matches("\\d{1,4}") && Integer.parseInt(text) > 0
                ? Math.max(FEWEST_COLUMNS, Integer.parseInt(text))
                : USUAL_COLUMNS;
    }

    private static PrintStream stream(FileDescriptor descriptor, Charset charset) {
        return new PrintStream(new FileOutputStream(descriptor), true, charset);
    }

    String styled(Style style, String text) {
        return style.apply(text, colours);
    }

    /// A body as the server sent it; on a screen its control characters are escaped.
    void printBody(String body) {
        out.println(screen ? Printable.lines(body) : body);
    }
}
