package io.matih.inference.engine.model;

import io.matih.inference.engine.error.ServingException;

import java.util.Collection;
import java.util.Optional;

/// Understands folders of models, before any of their models is copied.
@FunctionalInterface
public interface FolderConfigReader {
    /// @param files of the source
    /// @param source which of its models and versions is wanted
    /// @return empty where the source is no such folder, but a plain model
    /// @throws ServingException `CONFIG_INVALID`, `UNSUPPORTED`, `MODEL_INVALID`
    Optional<FolderConfig> read(Files files, ModelSource source);

    /// The files of a source.
    interface Files {
        /// Relative names, folders separated by slashes.
        Collection<String> names();

        /// @param name one of the names
        /// @throws ServingException `CONFIG_INVALID` where it has more bytes
        byte[] read(String name, int maxBytes);
    }
}
