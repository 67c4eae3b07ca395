package io.matih.inference.server.settings;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/// What the operating system tells the program about where it runs.
///
/// @param systemName as `os.name` has it
/// @param home the user's home folder
/// @param workingFolder what relative paths of flags and variables start from
public record Surroundings(
        Map<String, String> environment, String systemName, Path home, Path workingFolder) {
    public Surroundings {
        environment = Map.copyOf(environment);
    }

    public static Surroundings here() {
        return new Surroundings(
                System.getenv(),
                System.getProperty("os.name", ""),
                Path.of(System.getProperty("user.home", ".")).toAbsolutePath(),
                Path.of("").toAbsolutePath());
    }

    /// The per-user data folder: `$XDG_DATA_HOME/matih` (XDG Base Directory Specification 0.8: an
    /// empty or relative value counts as unset), `~/Library/Application Support/matih`,
    /// `%LOCALAPPDATA%\matih`.
    public Path dataFolder() {
        var system = systemName.toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            return home.resolve("Library", "Application Support", "matih");
        }
        if (system.startsWith("windows")) {
            return absolute("LOCALAPPDATA", home.resolve("AppData", "Local")).resolve("matih");
        }
        return absolute("XDG_DATA_HOME", home.resolve(".local", "share")).resolve("matih");
    }

    private Path absolute(String variable, Path otherwise) {
        var value = Path.of(environment.getOrDefault(variable, ""));
        return value.isAbsolute() ? value : otherwise;
    }

    /// A path as people write it: `~/x` below the home folder, a relative one below `base`.
    Path path(String text, Path base) {
        var expanded =
                text.equals("~") || text.startsWith("~/")
                        ? home.resolve(text.substring(Math.min(2, text.length())))
                        : Path.of(text);
        return base.resolve(expanded).normalize();
    }
}
