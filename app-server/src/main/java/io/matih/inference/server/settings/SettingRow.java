package io.matih.inference.server.settings;

/// One setting as `matih doctor` prints it.
///
/// @param value as it could be written in the file; a secret's is masked
public record SettingRow(String key, String value, Source source) {}
