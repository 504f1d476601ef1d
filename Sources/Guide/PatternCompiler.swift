/// Writes the instructions of a tree, never more than `Pattern.programLimit`.
struct PatternCompiler {
  private(set) var program: [Pattern.Instruction] = []

  mutating func emit(_ node: PatternNode) throws(RuleError) {
    switch node {
    case .empty: break
    case .set(let set): try append(.set(set))
    case .assertion(let assertion): try append(.assert(assertion))
    case .sequence(let parts): for part in parts { try emit(part) }
    case .choice(let options): try emitChoice(options)
    case .repeated(let inner, let min, let max):
      for _ in 0..<min { try emit(inner) }
      guard let max else { return try emitStar(inner) }
      try emitOptional(inner, count: max - min)
    }
  }

  private mutating func append(_ instruction: Pattern.Instruction) throws(RuleError) {
    guard program.count < Pattern.programLimit else {
      throw RuleError("The pattern repeats too much to run quickly; use smaller repetitions.")
    }
    program.append(instruction)
  }

  private mutating func emitChoice(_ options: [PatternNode]) throws(RuleError) {
    var exits: [Int] = []
    for (index, option) in options.enumerated() {
      guard index + 1 < options.count else {
        try emit(option)
        break
      }
      let split = program.count
      try append(.split(split + 1, 0))
      try emit(option)
      exits.append(program.count)
      try append(.jump(0))
      program[split] = .split(split + 1, program.count)
    }
    for exit in exits { program[exit] = .jump(program.count) }
  }

  private mutating func emitStar(_ inner: PatternNode) throws(RuleError) {
    let split = program.count
    try append(.split(split + 1, 0))
    try emit(inner)
    try append(.jump(split))
    program[split] = .split(split + 1, program.count)
  }

  private mutating func emitOptional(_ inner: PatternNode, count: Int) throws(RuleError) {
    var splits: [Int] = []
    for _ in 0..<count {
      splits.append(program.count)
      try append(.split(program.count + 1, 0))
      try emit(inner)
    }
    for split in splits { program[split] = .split(split + 1, program.count) }
  }
}
