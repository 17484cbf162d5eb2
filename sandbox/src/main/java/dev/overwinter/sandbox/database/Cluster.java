package dev.overwinter.sandbox.database;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL server of the sandbox, reached over TCP with passwords. Thread-safe. */
sealed interface Cluster extends AutoCloseable permits EmbeddedCluster, BorrowedCluster {
  String host();

  int port();

  @Override
  void close();

  /** Furnishes a cluster that has just been created and knows its superuser {@code postgres}. */
  @FunctionalInterface
  interface Furnishing {
    void furnish(Cluster cluster) throws SQLException;
  }

  /** The password of every role of the sandbox is known: nothing here is worth protecting. */
  static String passwordOf(String role) {
    return role + "-of-the-sandbox";
  }

  default String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s?logServerErrorDetail=false"
        .formatted(host(), port(), database);
  }

  /** As people and other machines write it: {@code host:port/database}. */
  default String address(String host, String database) {
    return host + ":" + port() + "/" + database;
  }

  default Connection connect(String database, String role) throws SQLException {
    return connect(database, role, passwordOf(role));
  }

  default Connection connect(String database, String role, String password) throws SQLException {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(jdbcUrl(database));
    dataSource.setApplicationName("overwinter sandbox");
    return dataSource.getConnection(role, password);
  }
}
