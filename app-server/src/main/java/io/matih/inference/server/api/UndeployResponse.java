package io.matih.inference.server.api;

/// Answer of `POST /api/v1/inference/undeploy`.
///
/// @param state `UNLOADED`, or `UNLOADING` where the request did not wait
/// @param drained requests that were running and finished
/// @param aborted requests that were stopped because they took longer than the drain
/// @param freedBytes memory that the model had taken
public record UndeployResponse(
        String name, String state, int drained, int aborted, long freedBytes) {}
