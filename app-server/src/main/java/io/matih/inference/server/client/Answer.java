package io.matih.inference.server.client;

import tools.jackson.databind.JsonNode;

/// What a server answered to a call that it accepted.
///
/// @param body as it came
/// @param json the body, parsed; numbers keep every digit
public record Answer(int status, String body, JsonNode json) {}
