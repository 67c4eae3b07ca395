package io.matih.inference.server.triton;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.FolderConfigReader.Files;
import io.matih.inference.server.proto.ModelConfig;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Names of classes, a line each, in the files that `label_filename` names.
final class Labels {
    private static final int MAX_BYTES = 4 << 20;

    private Labels() {}

    /// @param folder of the model, with a slash at its end where it is not the source itself
    static Map<String, List<String>> read(ModelConfig config, Files files, String folder) {
        var labels = new HashMap<String, List<String>>();
        for (var output : config.getOutputList()) {
            if (!output.getLabelFilename().isEmpty()) {
                var file = folder + output.getLabelFilename();
                if (!files.names().contains(file)) {
                    throw ConfigText.refused(
                            "output '%s' takes its labels from '%s', which is not in the folder"
                                    .formatted(
                                            ServingException.clip(output.getName()),
                                            ServingException.clip(output.getLabelFilename())),
                            null);
                }
                var text = new String(files.read(file, MAX_BYTES), StandardCharsets.UTF_8);
                labels.put(output.getName(), text.lines().toList());
            }
        }
        return labels;
    }
}
