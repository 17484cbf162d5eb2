package dev.overwinter.activities.postgres;

import java.util.Locale;
import java.util.Optional;

/**
 * How a value of a column travels in PostgreSQL's binary COPY format, for the types whose bytes
 * mean the same in every database: built-in ones, without object ids in them. Those named here are
 * also read in Java; of any other the server's text form travels along.
 */
public enum WireType {
  BOOL(16),
  BYTEA(17),
  NAME(19),
  INT8(20),
  INT2(21),
  INT4(23),
  TEXT(25),
  JSON(114),
  BPCHAR(1042),
  VARCHAR(1043),
  DATE(1082),
  TIMESTAMP(1114),
  TIMESTAMPTZ(1184),
  NUMERIC(1700),
  UUID(2950),
  JSONB(3802),
  /** An enum, whose values travel as their labels. */
  ENUM(25),
  /** A type that Java carries without reading it; its values are digested in their text form. */
  OTHER(25);

  private static final WireType[] READ_BY_OID = new WireType[4096];

  static {
    for (WireType type : values()) {
      if (type != ENUM && type != OTHER) {
        READ_BY_OID[type.oid] = type;
      }
    }
  }

  private final int oid;

  WireType(int oid) {
    this.oid = oid;
  }

  /** The id of the type under which values are digested, the same in every database. */
  public int oid() {
    return oid;
  }

  /** The type as whose values these are digested, as {@code ofDigestedName} takes it. */
  public String digestedName() {
    return oid == TEXT.oid ? "text" : name().toLowerCase(Locale.ROOT);
  }

  /**
   * A type whose values are digested so; in their text form for {@code text}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static WireType ofDigestedName(String name) {
    return name.equals("text") ? OTHER : valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** The type's name in SQL, for a cast that leaves values as they are. */
  public String sqlName() {
    return switch (this) {
      case ENUM, OTHER -> "pg_catalog.text";
      default -> "pg_catalog." + name().toLowerCase(Locale.ROOT);
    };
  }

  /** The type that Java reads under this id, or empty. */
  static Optional<WireType> readBy(long typeOid) {
    return typeOid > 0 && typeOid < READ_BY_OID.length
        ? Optional.ofNullable(READ_BY_OID[(int) typeOid])
        : Optional.empty();
  }

  /** How values of a type travel, or empty when their bytes are not sure to mean the same. */
  public static Optional<WireType> of(long typeOid, boolean isEnum) {
    if (isEnum) {
      return Optional.of(ENUM);
    }
    Optional<WireType> read = readBy(typeOid);
    return read.isPresent() || !isCarried(typeOid) ? read : Optional.of(OTHER);
  }

  /** Built-in types, by their ids in pg_type.dat, which never change. */
  private static boolean isCarried(long typeOid) {
    return switch ((int) typeOid) {
      // "char", oid, float4, float8, money
      case 18, 26, 700, 701, 790 -> true;
      // point, lseg, path, box, polygon, line, circle
      case 600, 601, 602, 603, 604, 628, 718 -> true;
      // macaddr8, macaddr, inet, cidr
      case 774, 829, 869, 650 -> true;
      // time, interval, timetz, bit, varbit, tsvector, tsquery
      case 1083, 1186, 1266, 1560, 1562, 3614, 3615 -> true;
      // int4range, numrange, tsrange, tstzrange, daterange, int8range and their multiranges
      case 3904, 3906, 3908, 3910, 3912, 3926, 4451, 4532, 4533, 4534, 4535, 4536 -> true;
      // bool[], bytea[], "char"[], name[], int2[], int4[], text[], bpchar[], varchar[], int8[]
      case 1000, 1001, 1002, 1003, 1005, 1007, 1009, 1014, 1015, 1016 -> true;
      // float4[], float8[], inet[], timestamp[], date[], time[], timestamptz[], interval[]
      case 1021, 1022, 1041, 1115, 1182, 1183, 1185, 1187 -> true;
      // numeric[], timetz[], uuid[], json[], jsonb[]
      case 1231, 1270, 2951, 199, 3807 -> true;
      default -> false;
    };
  }
}
