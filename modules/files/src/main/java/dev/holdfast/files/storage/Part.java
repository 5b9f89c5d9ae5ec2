package dev.holdfast.files.storage;

/**
 * A committed piece of an upload.
 *
 * @param number names it within the content: the generation of the claim that began it
 * @param length committed bytes; they never change again
 */
public record Part(long number, long length) {}
