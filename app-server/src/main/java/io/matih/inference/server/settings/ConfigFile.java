package io.matih.inference.server.settings;

import io.matih.inference.engine.error.ServingException;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads `matih.yaml` as text by key. Only the syntax tree is used: no object is made of it, tags
/// and aliases are refused, and `8080`, `no` or `1e3` stay what was written.
final class ConfigFile {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 8;
    private static final Set<Tag> SCALAR_TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL);

    private final Path file;
    private final Map<String, Settings.Written> values = new LinkedHashMap<>();

    private ConfigFile(Path file) {
        this.file = file;
    }

    /// @return text by key, as nested maps or dotted keys name it
    static Map<String, Settings.Written> read(Path file) {
        var config = new ConfigFile(file);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new SettingsException(file + " is larger than 1 MiB: no configuration is");
            }
            config.readText(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new SettingsException("there is no configuration file " + file, e);
        } catch (CharacterCodingException e) {
            throw new SettingsException(file + " is not UTF-8 text", e);
        } catch (IOException e) {
            throw new SettingsException(
                    "cannot read the configuration file %s: %s".formatted(file, e.getMessage()), e);
        }
        return config.values;
    }

    private void readText(String text) {
        try {
            var settings =
                    LoadSettings.builder()
                            .setLabel("matih.yaml")
                            .setMaxAliasesForCollections(0)
                            .build();
            var root = new Compose(settings).composeString(text);
            if (root.isPresent() && !isNull(root.get())) {
                readMap(root.get(), "", 0);
            }
        } catch (MarkedYamlEngineException e) {
            throw new SettingsException(
                    "%s%s is not valid YAML: %s"
                            .formatted(
                                    file,
                                    e.getProblemMark().map(ConfigFile::at).orElse(""),
                                    e.getProblem()),
                    e);
        } catch (YamlEngineException e) {
            throw new SettingsException(
                    "%s is not valid YAML: %s"
                            .formatted(file, ServingException.clip(String.valueOf(e.getMessage()))),
                    e);
        }
    }

    private void readMap(Node node, String prefix, int depth) {
        if (!(node instanceof MappingNode map) || depth > MAX_DEPTH) {
            throw wrong(node, "expected 'key: value' lines");
        }
        for (var entry : map.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                throw wrong(entry.getKeyNode(), "a key must be plain text");
            }
            readEntry(prefix + scalar(key), entry.getValueNode(), depth);
        }
    }

    private void readEntry(String key, Node node, int depth) {
        if (node instanceof MappingNode && Tag.MAP.equals(node.getTag())) {
            readMap(node, key + ".", depth + 1);
            return;
        }
        var source = new Source.File(file, line(node));
        SettingsLoader.known(key, source);
        var base = file.toAbsolutePath().getParent();
        var written =
                new Settings.Written(
                        text(key, node), source, base == null ? file.toAbsolutePath() : base);
        if (values.putIfAbsent(key, written) != null) {
            throw wrong(node, "%s is set twice".formatted(key));
        }
    }

    private String text(String key, Node node) {
        if (isNull(node)) {
            throw wrong(node, "%s has no value".formatted(key));
        }
        if (node instanceof SequenceNode list && Tag.SEQ.equals(list.getTag())) {
            List<String> entries = new ArrayList<>();
            for (var entry : list.getValue()) {
                entries.add(scalar(entry));
            }
            return String.join(",", entries);
        }
        return scalar(node);
    }

    private String scalar(Node node) {
        if (node instanceof ScalarNode scalar && SCALAR_TAGS.contains(scalar.getTag())) {
            return scalar.getValue();
        }
        throw wrong(node, "expected plain text or a number");
    }

    private static boolean isNull(Node node) {
        return Tag.NULL.equals(node.getTag());
    }

    private SettingsException wrong(Node node, String problem) {
        return new SettingsException("%s line %d: %s".formatted(file, line(node), problem));
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private static String at(Mark mark) {
        return " line " + (mark.getLine() + 1);
    }
}
