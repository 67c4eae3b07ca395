package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.FolderConfig;
import io.matih.inference.engine.model.FolderConfigReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;

/// Which files of a source are the model: all of them, or those of one version folder.
///
/// @param config what came with the model; absent where the source is a plain model
record FolderSelection(@Nullable FolderConfig config) {
    /// @return what the file is called in the model's own folder; empty where it is no part of it
    Optional<String> nameOf(String file) {
        if (config == null) {
            return Optional.of(file);
        }
        var folder = folder(config.modelFile());
        return file.startsWith(folder)
                ? Optional.of(file.substring(folder.length()))
                : Optional.empty();
    }

    private static String folder(String file) {
        return file.substring(0, file.lastIndexOf('/') + 1);
    }

    /// Opens one of a source's files.
    interface Opener {
        InputStream open(String name) throws IOException;
    }

    static FolderConfigReader.Files files(Collection<String> names, Opener opener) {
        return new FolderConfigReader.Files() {
            @Override
            public Collection<String> names() {
                return names;
            }

            @Override
            public byte[] read(String name, int maxBytes) {
                try (var stream = opener.open(name)) {
                    var bytes = stream.readNBytes(maxBytes + 1);
                    if (bytes.length > maxBytes) {
                        throw new ServingException(
                                ErrorCode.CONFIG_INVALID,
                                "'%s' has more than %d bytes"
                                        .formatted(ServingException.clip(name), maxBytes));
                    }
                    return bytes;
                } catch (IOException e) {
                    throw new ServingException(
                            ErrorCode.SOURCE_UNAVAILABLE,
                            "'%s' of the source cannot be read"
                                    .formatted(ServingException.clip(name)),
                            e);
                }
            }
        };
    }
}
