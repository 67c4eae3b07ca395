package io.matih.inference.server.oip;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.triton.ModelFolders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Store roots as model repositories: a folder with a model's name, as Triton lays it out.
///
/// @param roots looked through in this order
public record RepositoryFolders(List<Path> roots) {
    public RepositoryFolders {
        roots = List.copyOf(roots);
    }

    /// @param model a model's name, so that it cannot lead out of a root
    Optional<Path> find(String model) {
        return roots.stream()
                .map(root -> root.resolve(model))
                .filter(RepositoryFolders::isModel)
                .findFirst();
    }

    private static boolean isModel(Path folder) {
        try {
            return Files.isDirectory(folder) && ModelFolders.isModel(folder);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.STORAGE_FAILED, "a store root cannot be read", e);
        }
    }
}
