package io.matih.inference.server.inference;

/// Where a value stands in a body that is kept.
///
/// @param start its first byte
/// @param end the byte behind it, or a later one
/// @param path where it is in the request: `inputs[0].data`
record JsonMark(int start, int end, String path) {}
