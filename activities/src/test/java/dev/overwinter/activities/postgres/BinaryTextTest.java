package dev.overwinter.activities.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** What Java reads out of values in binary against what the server itself prints. */
class BinaryTextTest {
  private static Database database;

  @BeforeAll
  static void open() {
    database = TestServer.createDatabase("source");
  }

  @AfterAll
  static void close() {
    database.close();
  }

  /** Random values of every magnitude, and those at the borders. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          BOOL        | c % 2 = 0                                | 'true' ; 'false'
          INT2        | (random() * 65535 - 32768)::int          | -32768 ; 32767 ; 0 ; -1 ; -10 ; -9 ; 10
          INT4        | ((random() - 0.5) * 2 ^ (c % 32))::int8  | -2147483648 ; 2147483647 ; 0 ; -10
          INT8        | ((random() - 0.5) * 2 ^ (c % 63))::int8  | -9223372036854775808 ; 9223372036854775807 ; 0
          UUID        | gen_random_uuid()                        | '00000000-0000-0000-0000-000000000000'
          DATE        | '2000-01-01'::date + ((random() - 0.3) * 2 ^ (c % 22))::int | 'infinity' ; '-infinity' ; '4714-11-24 BC' ; '5874897-12-31' ; '0001-12-31 BC' ; '0001-01-01' ; '10000-01-01' ; '9999-12-31' ; '1900-02-28' ; '2000-02-29'
          TIMESTAMP   | '2000-01-01'::timestamp + ((random() - 0.5) * 2 ^ (c % 58)) * interval '1 microsecond' | 'infinity' ; '-infinity' ; '4714-11-24 BC' ; '294276-12-31 23:59:59.999999' ; '0001-12-31 23:59:59.999999 BC' ; '2000-01-01 00:00:00.1' ; '1999-12-31 23:59:59.999999' ; '10000-01-01'
          TIMESTAMPTZ | '2000-01-01'::timestamptz + ((random() - 0.5) * 2 ^ (c % 58)) * interval '1 microsecond' | 'infinity' ; '-infinity' ; '4714-11-24 BC' ; '294276-12-31 23:59:59.999999+00' ; '0001-12-31 23:59:59.5+00 BC'
          NUMERIC     | round(((random() - 0.5) * 10.0 ^ (c % 300 - 150))::numeric, c % 37) * (1 + (c % 3 - 1) * 1e-30) | 'NaN' ; 'Infinity' ; '-Infinity' ; 0 ; 0.0 ; 0.0000 ; -0.001 ; 1e16383 ; 1e-16383 ; 10000 ; 9999 ; 100000000 ; 0.00010000 ; 12345.6789 ; 0.1 ; -1.10 ; 1e131071
          NUMERIC     | ((random() * 200 - 50)::numeric(6,3))    | 0
          TEXT        | repeat(chr(c % 2000 + 1), c % 40)        | '' ; E'\\\\N' ; E'a\\tb\\n'
          VARCHAR     | chr(c % 2000 + 1)                        | 'v' ; ''
          BPCHAR      | concat(chr(c % 2000 + 1), ' x ')::char(20) | 'a  '
          NAME        | chr(c % 2000 + 1)                        | 'n'
          JSON        | json_build_object(c, random())           | ' { "a" : 1e400 } ' ; 'null'
          JSONB       | jsonb_build_object(c, random(), 'é', NULL) | '{"a": [1.50, -0.0, 1e300]}' ; 'null' ; '""'
          """)
  void a_value_reads_as_the_server_prints_it(WireType type, String random, String borders)
      throws SQLException {
    String sql =
        """
        SELECT v, pg_catalog.textin(%1$s(v)) FROM (
          SELECT (%2$s)::%3$s FROM pg_catalog.generate_series(1, 20000) c
          UNION ALL SELECT * FROM (VALUES ((%4$s)::%3$s)) borders (b)) made (v)
        """
            .formatted(
                outputFunction(type),
                random,
                type.sqlName(),
                String.join(")::" + type.sqlName() + "), ((", borders.split(" ; ")));
    try (Connection connection = database.connect()) {
      CopyBinaryReader rows = copy(connection, sql, 2);
      BinaryText text = new BinaryText();
      int count = 0;
      while (rows.next()) {
        text.read(type, rows.bytes(), rows.start(0), rows.length(0));
        String read = new String(text.bytes(), text.start(), text.length(), UTF_8);
        String printed = new String(rows.bytes(), rows.start(1), rows.length(1), UTF_8);
        if (!read.equals(printed)) {
          assertThat(read).isEqualTo(printed);
        }
        count++;
      }
      assertThat(count).isGreaterThan(20_000);
    }
  }

  private static String outputFunction(WireType type) {
    return TestServer.single(
        database,
        "SELECT typoutput FROM pg_catalog.pg_type WHERE oid = '%s'::regtype"
            .formatted(type.sqlName()));
  }

  @Test
  void every_type_is_named_by_the_id_it_has() {
    for (WireType type : WireType.values()) {
      assertThat(
              TestServer.single(
                  database, "SELECT '%s'::regtype::oid::int".formatted(type.sqlName())))
          .isEqualTo(Integer.toString(type.oid()));
    }
  }

  @Test
  void no_type_that_travels_in_binary_holds_object_ids_or_is_of_another_making() {
    String sql =
        """
        SELECT string_agg(oid::text, ',') FROM pg_catalog.pg_type
         WHERE oid < 10000 AND typsend <> 0 AND typtype IN ('b', 'r', 'm')
           AND typcategory <> 'P'
        """;
    List<String> carried = new ArrayList<>();
    for (String oid : TestServer.single(database, sql).split(",")) {
      if (WireType.of(Long.parseLong(oid), false).isPresent()) {
        carried.add(
            TestServer.single(database, "SELECT pg_catalog.format_type(" + oid + ", NULL)"));
      }
    }
    assertThat(carried)
        .hasSizeGreaterThan(60)
        .doesNotContain("regclass", "regtype", "regproc", "xml", "jsonpath", "refcursor");
  }

  @Test
  void the_digest_is_what_sql_computes_over_the_same_rows() throws SQLException {
    String rows =
        """
        SELECT c::int8 AS a, NULLIF(c % 3, 0)::numeric AS b, repeat('é', c * 40) AS c, now() AS d,
               NULL::jsonb AS e, gen_random_uuid() AS f,
               repeat('x', CASE c WHEN 7 THEN 100000 ELSE 0 END)::bytea AS g
          FROM pg_catalog.generate_series(1, 300) c
        """;
    WireType[] types = {
      WireType.INT8,
      WireType.NUMERIC,
      WireType.TEXT,
      WireType.TIMESTAMPTZ,
      WireType.JSONB,
      WireType.UUID,
      WireType.BYTEA
    };
    TestServer.execute(database, "CREATE SCHEMA d; CREATE TABLE d.digested AS " + rows);
    RowDigest digest = new RowDigest();
    try (Connection connection = database.connect()) {
      CopyBinaryReader copy = copy(connection, "SELECT * FROM d.digested", types.length);
      while (copy.next()) {
        digest.beginRow(types.length);
        for (int i = 0; i < types.length; i++) {
          if (copy.isNull(i)) {
            digest.nullValue(types[i].oid());
          } else {
            digest.value(types[i].oid(), copy.bytes(), copy.start(i), copy.length(i));
          }
        }
        digest.endRow();
      }
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  """
                  SELECT count(*), sum(('x' || encode(substr(hash, 1, 8), 'hex'))::bit(64)::bigint),
                         sum(('x' || encode(substr(hash, 9, 8), 'hex'))::bit(64)::bigint)
                    FROM (SELECT sha256(record_send(t)) FROM d.digested t) digested (hash)
                  """)) {
        row.next();
        assertThat(digest.digest())
            .isEqualTo(
                new TableDigest(
                    row.getLong(1),
                    row.getBigDecimal(2).toBigInteger().longValue(),
                    row.getBigDecimal(3).toBigInteger().longValue()));
      }
    }
  }

  @Test
  void rows_come_out_however_the_stream_is_cut() throws SQLException, IOException {
    byte[] stream;
    String sql =
        "SELECT c, NULLIF(repeat('y', c * c * c), ''), '' FROM pg_catalog.generate_series(0, 60) c";
    try (Connection connection = database.connect()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut("COPY (" + sql + ") TO STDOUT (FORMAT binary)", bytes);
      stream = bytes.toByteArray();
    }
    Random random = new Random(5);
    for (int round = 0; round < 30; round++) {
      CopyBinaryReader rows = new CopyBinaryReader(cut(stream, random), 3, stream.length);
      for (int c = 0; c <= 60; c++) {
        assertThat(rows.next()).isTrue();
        assertThat(BinaryText.readInt32(rows.bytes(), rows.start(0))).isEqualTo(c);
        assertThat(rows.isNull(1)).isEqualTo(c == 0);
        assertThat(rows.length(1)).isEqualTo(c == 0 ? -1 : c * c * c);
        assertThat(rows.length(2)).isZero();
        assertThat(rows.endOf(3)).isEqualTo(rows.start(2));
      }
      assertThat(rows.next()).isFalse();
    }
  }

  /** Any cut, or one changed byte of a header or a length, is an error and takes no memory. */
  @Test
  void a_damaged_stream_is_refused() throws SQLException, IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Connection connection = database.connect()) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut("COPY (SELECT 1, 'abc') TO STDOUT (FORMAT binary)", bytes);
    }
    byte[] stream = bytes.toByteArray();
    for (int length = 0; length < stream.length; length++) {
      assertThat(isRefused(Arrays.copyOf(stream, length))).as("cut at %d", length).isTrue();
    }
    assertThat(isRefused(Arrays.copyOf(stream, stream.length + 1))).isTrue();
    for (int place : new int[] {0, 12, 18, 20, 21, 29, 30, 31, 32}) {
      byte[] changed = stream.clone();
      changed[place] ^= 0x40;
      assertThat(isRefused(changed)).as("byte %d", place).isTrue();
    }
    assertThat(isRefused(stream)).isFalse();
  }

  private static boolean isRefused(byte[] stream) throws SQLException {
    List<byte[]> messages = new ArrayList<>(List.of(stream));
    CopyBinaryReader rows =
        new CopyBinaryReader(
            () -> messages.isEmpty() ? null : messages.remove(0), 2, stream.length);
    try {
      while (rows.next()) {
        assertThat(rows.length(1)).isLessThan(100);
      }
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private static CopyRowReader.Messages cut(byte[] stream, Random random) {
    int[] from = {0};
    int longest = 1 + random.nextInt(random.nextBoolean() ? 20 : 100_000);
    return () -> {
      if (from[0] == stream.length) {
        return null;
      }
      int to = Math.min(stream.length, from[0] + random.nextInt(longest + 1));
      byte[] message = Arrays.copyOfRange(stream, from[0], to);
      from[0] = to;
      return message;
    };
  }

  private static CopyBinaryReader copy(Connection connection, String sql, int fields)
      throws SQLException {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY (" + sql + ") TO STDOUT (FORMAT binary)");
    return new CopyBinaryReader(copy::readFromCopy, fields, Integer.MAX_VALUE);
  }
}
