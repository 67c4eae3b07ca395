package io.matih.inference.server.inference;

/// What the query string says about the answer.
///
/// @param meta whether the answer says who computed it and where the time went
public record WriteOptions(boolean meta) {
    public static final WriteOptions DEFAULT = new WriteOptions(true);
}
