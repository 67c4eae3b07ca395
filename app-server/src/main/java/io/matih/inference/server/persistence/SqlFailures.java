package io.matih.inference.server.persistence;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jdbi.v3.core.JdbiException;

import java.sql.SQLException;

/// Tells what a failed statement means by its SQL state, which H2 and PostgreSQL share.
final class SqlFailures {
    private static final String DUPLICATE = "23505";
    private static final String REFERRED_TO = "23503";
    private static final String REFERS_TO_NOTHING_ON_H2 = "23506";

    private SqlFailures() {}

    static boolean isDuplicate(JdbiException e) {
        return DUPLICATE.equals(state(e));
    }

    /// A row that another one points at was to go, or a row was to point at nothing.
    static boolean isBrokenReference(JdbiException e) {
        var state = state(e);
        return REFERRED_TO.equals(state) || REFERS_TO_NOTHING_ON_H2.equals(state);
    }

    /// The statement is in the cause only, for the log.
    static ServingException translated(JdbiException e) {
        return switch (state(e)) {
            case DUPLICATE ->
                    new ServingException(
                            ErrorCode.CONFLICT,
                            "it exists already, or somebody else added it at the same time",
                            e);
            case REFERRED_TO, REFERS_TO_NOTHING_ON_H2 ->
                    new ServingException(ErrorCode.IN_USE, "something else refers to it", e);
            // A deadlock or a transaction that cannot be put in order with another.
            case "40001", "40P01" ->
                    new ServingException(
                            ErrorCode.CONFLICT,
                            "somebody else changed the same thing at the same time; try again",
                            e);
            default ->
                    new ServingException(
                            ErrorCode.STORAGE_FAILED, "the database did not do its work", e);
        };
    }

    private static String state(JdbiException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }
}
