package io.matih.inference.server.triton;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/// Model folders on a disk, told by what lies in them.
public final class ModelFolders {
    private static final Pattern VERSION = Pattern.compile("[1-9]\\d{0,8}");

    private ModelFolders() {}

    /// Whether a folder holds one model: its configuration, or folders of versions.
    public static boolean isModel(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve(ConfigText.FILE))) {
            return true;
        }
        for (var child : folders(folder)) {
            if (VERSION.matcher(name(child)).matches()) {
                return true;
            }
        }
        return false;
    }

    /// The model folders directly below a repository's folder, by name.
    public static List<Path> below(Path repository) throws IOException {
        var models = new ArrayList<Path>();
        for (var child : folders(repository)) {
            if (!name(child).startsWith(".") && isModel(child)) {
                models.add(child);
            }
        }
        return models;
    }

    /// What a model in this folder is called.
    public static String name(Path folder) {
        return Objects.requireNonNull(folder.toAbsolutePath().normalize().getFileName()).toString();
    }

    private static List<Path> folders(Path folder) throws IOException {
        var folders = new ArrayList<Path>();
        try (DirectoryStream<Path> children =
                Files.newDirectoryStream(folder, Files::isDirectory)) {
            children.forEach(folders::add);
        }
        folders.sort(null);
        return folders;
    }
}
