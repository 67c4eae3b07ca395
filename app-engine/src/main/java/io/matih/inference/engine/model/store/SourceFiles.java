package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What a URI names: one file, or a folder of files.
interface SourceFiles {
    boolean isFolder();

    /// All files below a folder, relative; the one file's own name otherwise.
    List<String> names() throws IOException;

    /// @param name relative to the folder, or to the one file's folder
    /// @return empty where there is no plain file of that name, for whatever reason
    Optional<Content> open(String name) throws IOException;

    /// What to answer where the source itself is not there.
    ServingException refused();
}
