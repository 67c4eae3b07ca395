package io.matih.inference.engine.shadow;

/// How a shadow stands, in brief.
///
/// @param samples rows that were asked of both
/// @param agreed those on which both agree
public record ShadowStanding(Verdict verdict, long samples, long agreed) {}
