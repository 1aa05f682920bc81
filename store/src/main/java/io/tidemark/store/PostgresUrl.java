package io.tidemark.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A database's URL as people have it: as psql or as JDBC takes it, with or without user and password.
 *
 * @param jdbcUrl without user and password; the driver's other parameters are left in
 * @param user null if the URL names none
 * @param password null if the URL holds none
 */
public record PostgresUrl(
        String jdbcUrl, @Nullable String user, @Nullable String password) {
    private static final Pattern FORM =
            Pattern.compile("(?:jdbc:)?postgres(?:ql)?:(//)?(?:([^/?]*)@)?([^?]*)(?:\\?(.*))?");

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if it is none; the message hides the password
     */
    public static PostgresUrl parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            // Says what is wrong.
            return new PostgresUrl(new StoreConfig(text, "", "").jdbcUrl(), null, null);
        }
        Map<String, String> login = new TreeMap<>();
        if (form.group(2) != null) {
            String[] parts = form.group(2).split(":", 2);
            login.put("user", decode(parts[0].replace("+", "%2B")));
            if (parts.length > 1) {
                login.put("password", decode(parts[1].replace("+", "%2B")));
            }
        }
        List<String> others = new ArrayList<>();
        for (String parameter :
                form.group(4) == null ? new String[0] : form.group(4).split("&", -1)) {
            String key = parameter.replaceFirst("=.*", "");
            if (key.equals("user") || key.equals("password")) {
                login.put(key, decode(parameter.substring(Math.min(parameter.length(), key.length() + 1))));
            } else if (!parameter.isEmpty()) {
                others.add(parameter);
            }
        }
        String slashes = form.group(1) == null ? "" : "//";
        String jdbcUrl =
                "jdbc:postgresql:" + slashes + form.group(3) + (others.isEmpty() ? "" : "?" + String.join("&", others));
        return new PostgresUrl(jdbcUrl, login.get("user"), login.get("password"));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message tells a piece of what may be a password.
            throw new IllegalArgumentException(
                    "The URL of Postgres has a % in its user or password that does not begin an escape; write it as %25");
        }
    }

    /** Whether the URL is for nobody to see. */
    public boolean holdsSecret() {
        return password != null || jdbcUrl.contains("sslpassword=");
    }

    /** Without passwords. */
    @Override
    public String toString() {
        return new StoreConfig(jdbcUrl, user == null ? "" : user, "").toString();
    }
}
