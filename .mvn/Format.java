import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Formats every Java source below the working directory (`apply`), or fails and names those that
/// differ (`check`). One JVM for all files; google-java-format is on the class path.
final class Format {
    private static final Formatter FORMATTER =
            new Formatter(
                    JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.AOSP).build());

    public static void main(String[] args) throws IOException {
        boolean apply = args[0].equals("apply");
        List<Path> different;
        try (var files = Files.walk(Path.of("."))) {
            different = files.filter(Format::isSource).parallel().filter(f -> differs(f, apply)).toList();
        }
        if (!different.isEmpty() && !apply) {
            different.forEach(f -> System.err.println("not formatted: " + f));
            System.err.println("Run: ./mvnw -N verify -Dformat=apply");
            System.exit(1);
        }
        System.out.printf("%d files %s%n", different.size(), apply ? "formatted" : "differ");
    }

    private static boolean isSource(Path file) {
        var path = file.toString();
        return path.endsWith(".java") && !path.contains("/target/") && !path.startsWith("./.");
    }

    private static boolean differs(Path file, boolean apply) {
        try {
            var before = Files.readString(file);
            var after =
                    FORMATTER.formatSource(
                            RemoveUnusedImports.removeUnusedImports(
                                    ImportOrderer.reorderImports(
                                            before, JavaFormatterOptions.Style.AOSP)));
            boolean differs = !before.equals(after);
            if (differs && apply) {
                Files.writeString(file, after);
            }
            return differs;
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        } catch (Exception e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }
}
