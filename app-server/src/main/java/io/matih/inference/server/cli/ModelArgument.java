package io.matih.inference.server.cli;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelFormat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The model that a deploy names: something here, or something that the server fetches.
sealed interface ModelArgument {
    /// Longer than one letter: `C:\` is a drive.
    Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):.*");

    /// A file or folder of this machine.
    record Local(Path path) implements ModelArgument {
        /// The format, which the server cannot see from an upload's URI; unknown for archives.
        Optional<String> format() {
            try {
                return isZip() || Files.isDirectory(path)
                        ? Optional.empty()
                        : Optional.of(ModelFormat.ofFile(name()).wireName());
            } catch (ServingException e) {
                return Optional.empty();
            }
        }

        String name() {
            return String.valueOf(path.toAbsolutePath().normalize().getFileName());
        }

        boolean isZip() {
            return name().toLowerCase(Locale.ROOT).endsWith(".zip");
        }
    }

    /// A URI that the server resolves.
    record Remote(String uri) implements ModelArgument {}

    /// @throws UsageException where it is neither
    static ModelArgument of(String text, Path workingFolder) {
        var scheme = SCHEME.matcher(text);
        if (!scheme.matches()) {
            var path = workingFolder.resolve(text);
            if (!Files.exists(path)) {
                throw new UsageException(
                        "there is no file %s; file:PATH names one on the server".formatted(path));
            }
            return new Local(path);
        }
        return switch (scheme.group(1).toLowerCase(Locale.ROOT)) {
            case "file", "s3", "upload", "model" -> new Remote(text);
            default ->
                    throw new UsageException(
                            "'%s:' is no source of models: give a local file, or a file:, s3://, upload:// or model:// URI"
                                    .formatted(scheme.group(1)));
        };
    }
}
