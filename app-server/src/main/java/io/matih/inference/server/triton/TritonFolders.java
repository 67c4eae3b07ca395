package io.matih.inference.server.triton;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.FolderConfig;
import io.matih.inference.engine.model.FolderConfigReader;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.server.proto.ModelConfig;

import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Triton's model folders: `config.pbtxt` beside `1/model.onnx`, `2/model.onnx` …, the whole
/// perhaps in a folder, or in a repository of several. A folder without configuration is one too.
public final class TritonFolders implements FolderConfigReader {
    /// A folder of versions, a version's number, and what lies in there.
    private static final Pattern VERSIONED = Pattern.compile("(.*/)?([1-9]\\d{0,8})/(.+)");

    static final String DEFAULT_MODEL = "model.onnx";
    private static final int DEEPEST = 2;

    @Override
    public Optional<FolderConfig> read(Files files, ModelSource source) {
        var models = models(files);
        if (models.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(read(files, source, chosen(models, source)));
    }

    /// Folders that hold a model, by the name of the folder.
    private static SortedMap<String, String> models(Files files) {
        var models = new TreeMap<String, String>();
        for (var file : files.names()) {
            var versioned = VERSIONED.matcher(file);
            if (file.equals(ConfigText.FILE) || file.endsWith("/" + ConfigText.FILE)) {
                add(models, file.substring(0, file.length() - ConfigText.FILE.length()));
            } else if (versioned.matches() && isModel(versioned.group(3))) {
                add(models, versioned.group(1) == null ? "" : versioned.group(1));
            }
        }
        return models;
    }

    private static boolean isModel(String name) {
        return name.equals(DEFAULT_MODEL) || name.equals(DEFAULT_MODEL + "/" + DEFAULT_MODEL);
    }

    private static void add(SortedMap<String, String> models, String folder) {
        if (folder.chars().filter(c -> c == '/').count() <= DEEPEST) {
            models.put(folder, lastName(folder));
        }
    }

    private static String lastName(String folder) {
        var bare = folder.isEmpty() ? "" : folder.substring(0, folder.length() - 1);
        return bare.substring(bare.lastIndexOf('/') + 1);
    }

    private static String chosen(SortedMap<String, String> models, ModelSource source) {
        if (models.size() == 1) {
            return models.firstKey();
        }
        return models.entrySet().stream()
                .filter(model -> model.getValue().equals(source.model()))
                .findFirst()
                .orElseThrow(
                        () -> {
                            var names =
                                    models.values().stream()
                                            .limit(16)
                                            .map(ServingException::clip)
                                            .collect(Collectors.joining(", "));
                            return new ServingException(
                                    ErrorCode.MODEL_INVALID,
                                    "the source holds several models (%s); deploy each under the name of its folder"
                                            .formatted(names),
                                    new ErrorDetail("name", names, source.model()));
                        })
                .getKey();
    }

    private static FolderConfig read(Files files, ModelSource source, String folder) {
        var config =
                files.names().contains(folder + ConfigText.FILE)
                        ? ConfigText.read(
                                files.read(folder + ConfigText.FILE, ConfigText.MAX_BYTES))
                        : ModelConfig.getDefaultInstance();
        // First of all what kind of model it is: another kind has other files.
        var served = ConfigFields.toConfig(config, Labels.read(config, files, folder));
        int version =
                VersionChoice.of(
                        config.getVersionPolicy(), versions(files, folder), source.version());
        return new TritonFolder(
                version, modelFile(config, files, folder + version + "/"), served, config);
    }

    private static SortedSet<Integer> versions(Files files, String folder) {
        var versions = new TreeSet<Integer>();
        for (var file : files.names()) {
            var versioned = VERSIONED.matcher(file);
            if (versioned.matches()
                    && folder.equals(versioned.group(1) == null ? "" : versioned.group(1))) {
                versions.add(Integer.valueOf(versioned.group(2)));
            }
        }
        if (versions.isEmpty()) {
            throw new ServingException(
                    ErrorCode.MODEL_INVALID,
                    "there is no version folder beside config.pbtxt, such as 1/model.onnx");
        }
        return versions;
    }

    private static String modelFile(ModelConfig config, Files files, String versionFolder) {
        var name =
                config.getDefaultModelFilename().isEmpty()
                        ? DEFAULT_MODEL
                        : config.getDefaultModelFilename();
        var file = versionFolder + name;
        var nested = file + "/" + name;
        if (files.names().contains(file)) {
            return file;
        }
        if (files.names().contains(nested)) {
            return nested;
        }
        throw new ServingException(
                ErrorCode.MODEL_INVALID,
                "the model's folder has no file %s".formatted(ServingException.clip(file)));
    }

    private record TritonFolder(
            int version,
            String modelFile,
            io.matih.inference.engine.model.ModelConfig config,
            ModelConfig message)
            implements FolderConfig {
        @Override
        public void check(ModelMetadata metadata) {
            TensorCheck.require(message, metadata);
        }
    }
}
