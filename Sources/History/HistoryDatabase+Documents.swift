import Foundation
import GRDB

/// A JSON document in the record, known by the name of its schema.
package struct StoredDocument: Sendable, Hashable {
  /// The same in every database that the document is merged into.
  package let uuid: String
  /// Name and version: `efgrbench-selftest/1`.
  package let schema: String
  /// The run that it belongs to; nil where it stands for itself.
  package let run: String?
  /// To the millisecond.
  package let created: Date
  package let json: String

  /// The document as a value.
  ///
  /// - Throws: `DecodingError` where the JSON is not one of `Value`.
  package func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try ColumnCoding.value(json)
  }
}

extension RunRecorder {
  /// Keeps a document with the run. A run may hold several of one schema.
  ///
  /// - Parameter schema: name and version, as `efgrbench-selftest/1`.
  package func attach(document: some Encodable, schema: String) throws(HistoryError) {
    try database.attach(document: document, schema: schema, run: uuid)
  }
}

extension HistoryDatabase {
  /// Keeps a document, in one transaction.
  ///
  /// - Parameters:
  ///   - schema: name and version, as `efgrbench-gate/1`.
  ///   - run: what it belongs to, as ``resolve(_:)`` takes it, but nil for none.
  /// - Throws: ``HistoryError``; also where `document` can't be written as JSON.
  package func attach(
    document: some Encodable, schema: String, run: String? = nil, created: Date = Date()
  ) throws(HistoryError) {
    let json = try translatingErrors(path: path) { try ColumnCoding.json(document) }
    try attach(json: json, schema: schema, run: run, created: created)
  }

  /// Keeps a document that is JSON already, to the letter.
  ///
  /// - Throws: ``HistoryError``; also where `json` is none.
  package func attach(
    json: String, schema: String, run: String? = nil, created: Date = Date()
  ) throws(HistoryError) {
    let uuid = try run.map { reference throws(HistoryError) in try resolve(reference) }
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO document (uuid, schema, run_id, created, json)
          VALUES (?, ?, (SELECT id FROM run WHERE uuid = ?), ?, ?)
          """,
        arguments: [UUID().uuidString.lowercased(), schema, uuid, ColumnCoding.text(created), json])
    }
  }

  /// The documents of a schema, newest first.
  ///
  /// - Parameter run: only those of this run, as ``resolve(_:)`` takes it; nil for all, also those of no run.
  package func documents(schema: String, run: String? = nil) throws(HistoryError) -> [StoredDocument] {
    let uuid = try run.map { reference throws(HistoryError) in try resolve(reference) }
    return try read { database in
      let sql = """
        SELECT document.uuid, schema, run.uuid AS run, created, json FROM document
        LEFT JOIN run ON run.id = run_id WHERE schema = ?1 AND (?2 IS NULL OR run.uuid = ?2)
        ORDER BY created DESC, document.id DESC
        """
      return try Row.fetchAll(database, sql: sql, arguments: [schema, uuid]).map { row in
        StoredDocument(
          uuid: row["uuid"], schema: row["schema"], run: row["run"],
          created: ColumnCoding.date(row["created"]) ?? .distantPast, json: row["json"])
      }
    }
  }
}
