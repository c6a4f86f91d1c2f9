package org.example.release;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version number: major, minor and patch, and a label for what is not yet released.
 */
public final class Version implements Comparable<Version> {

    private static final Pattern FORMAT = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)(?:-([a-z0-9]+))?");

    private final int major;
    private final int minor;
    private final int patch;
    private final String label;

    public Version(int major, int minor, int patch) {
        this(major, minor, patch, null);
    }

    public Version(int major, int minor, int patch, String label) {
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException("A version number cannot be negative");
        }
        this.major = major;
        this.minor = minor;
        this.patch = patch;
        this.label = label;
    }

    /**
     * Reads a version such as "1.4.0" or "2.0.0-rc1".
     *
     * @param text the text to read
     * @return the version
     * @throws IllegalArgumentException if the text is not a version
     */
    public static Version parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("Not a version: " + text);
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        int patch = Integer.parseInt(matcher.group(3));
        return new Version(major, minor, patch, matcher.group(4));
    }

    /**
     * Returns the given versions, oldest first. The list that was given stays as it is.
     */
    public static List<Version> sorted(List<Version> versions) {
        List<Version> result = new ArrayList<>(versions);
        Collections.sort(result);
        return result;
    }

    public int getMajor() {
        return major;
    }

    public int getMinor() {
        return minor;
    }

    public int getPatch() {
        return patch;
    }

    public String getLabel() {
        return label;
    }

    public boolean isRelease() {
        return label == null;
    }

    public Version nextMinor() {
        return new Version(major, minor + 1, 0);
    }

    @Override
    public int compareTo(Version other) {
        int result = Integer.compare(major, other.major);
        if (result == 0) {
            result = Integer.compare(minor, other.minor);
        }
        if (result == 0) {
            result = Integer.compare(patch, other.patch);
        }
        if (result == 0) {
            result = Boolean.compare(isRelease(), other.isRelease());
        }
        return result;
    }

    @Override
    public boolean equals(Object obj) {
        if (this == obj) {
            return true;
        }
        if (!(obj instanceof Version)) {
            return false;
        }
        Version other = (Version) obj;
        return major == other.major
                && minor == other.minor
                && patch == other.patch
                && Objects.equals(label, other.label);
    }

    @Override
    public int hashCode() {
        final int prime = 31;
        int result = 1;
        result = prime * result + major;
        result = prime * result + minor;
        result = prime * result + patch;
        result = prime * result + ((label == null) ? 0 : label.hashCode());
        return result;
    }

    @Override
    public String toString() {
        StringBuilder sb = new StringBuilder();
        sb.append(major).append('.').append(minor).append('.').append(patch);
        if (label != null) {
            sb.append('-').append(label);
        }
        return sb.toString();
    }
}
