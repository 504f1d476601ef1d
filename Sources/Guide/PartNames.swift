extension PartName {
  /// Headings as they occur in real articles, lower-case.
  static let names: [String: Role] = {
    var names: [String: Role] = [:]
    for name in symptoms { names[name] = .symptom }
    for name in causes { names[name] = .cause }
    for name in fixes { names[name] = .fix }
    for name in workarounds { names[name] = .workaround }
    for name in others { names[name] = .other }
    for name in verifications { names[name] = .verify }
    return names.merging(foreign) { own, _ in own }
  }()

  /// The same in German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Japanese,
  /// Chinese and Korean.
  static let foreign: [String: Role] = {
    var names: [String: Role] = [:]
    for name in [
      "symptome", "fehlermeldung", "fehlerbild", "fehlerbeschreibung", "symptôme", "symptômes",
      "problème", "síntoma", "síntomas", "problema", "sintoma", "sintomas", "sintomo", "sintomi",
      "symptoom", "symptomen", "probleem", "objaw", "objawy", "симптом", "симптомы", "проблема",
      "症状", "現象", "问题", "问题描述", "现象", "症狀", "問題", "증상", "문제",
    ] { names[name] = .symptom }
    for name in [
      "ursache", "ursachen", "grund", "causa", "causas", "cause possible", "causes possibles",
      "causa raíz", "cause racine", "oorzaak", "oorzaken", "przyczyna", "przyczyny", "причина",
      "причины", "原因", "원인",
    ] { names[name] = .cause }
    for name in [
      "lösung", "lösungen", "behebung", "abhilfe", "correction", "correctif", "résolution",
      "solución", "soluciones", "resolución", "solução", "soluções", "resolução", "soluzione",
      "soluzioni", "risoluzione", "oplossing", "oplossingen", "rozwiązanie", "rozwiązania",
      "решение", "решения", "解決策", "解決方法", "対処", "対処法", "対処方法", "対応", "解决方案",
      "解决方法", "解决办法", "处理方法", "解決方案", "해결", "해결책", "해결 방법", "해결방법",
    ] { names[name] = .fix }
    for name in [
      "umgehung", "umgehungslösung", "contournement", "solution de contournement",
      "solución temporal", "solución provisional", "solução temporária", "solução de contorno",
      "soluzione temporanea", "soluzione alternativa", "tijdelijke oplossing", "obejście",
      "обходное решение", "обходной путь", "回避策", "回避方法", "临时方案", "临时解决方案",
      "임시 해결", "임시 해결책",
    ] { names[name] = .workaround }
    return names
  }()

  /// Words that, followed by a number or letter, name one of several parts.
  static let numbered: [String: Role] = [
    "symptom": .symptom, "issue": .symptom, "problem": .symptom,
    "cause": .cause, "reason": .cause,
    "fix": .fix, "resolution": .fix, "solution": .fix, "method": .fix, "option": .fix,
    "approach": .fix, "mitigation": .fix,
    "workaround": .workaround,
  ]

  /// How a heading begins that says more than its part's name.
  static let openings: [(String, Role)] = [
    ("why this ", .cause), ("why it ", .cause), ("why did ", .cause), ("why does ", .cause),
    ("what causes", .cause), ("cause of ", .cause), ("causes of ", .cause), ("cause for ", .cause),
    ("causes for ", .cause),
    ("to work around", .workaround), ("workaround for ", .workaround), ("workaround ", .workaround),
    ("to resolve", .fix), ("to fix", .fix), ("to correct", .fix), ("to solve", .fix),
    ("to mitigate", .fix), ("how to fix", .fix), ("how to resolve", .fix), ("how to solve", .fix),
    ("how do i fix", .fix), ("how can i fix", .fix), ("possible ways to fix", .fix),
    ("ways to fix", .fix), ("fix for ", .fix), ("resolution for ", .fix), ("solution for ", .fix),
    ("solution to ", .fix), ("resolution ", .fix), ("mitigation ", .fix),
  ]

  /// What kind of cause or fix a part tells.
  static let adjectives: Set<String> = [
    "long", "short", "term", "quick", "permanent", "immediate", "proposed", "suggested",
    "recommended", "possible", "potential", "probable", "likely", "temporary", "interim", "other",
    "alternative", "alternate", "final", "manual", "easy", "common", "typical", "preferred",
    "complete", "detailed", "further", "additional", "observed", "mögliche", "mögliches",
    "wahrscheinliche", "posible", "posibles",
  ]

  /// "Primary indicators", "Signs in the log": a heading that only divides the symptoms.
  static func groupsSymptoms(_ heading: String) -> Bool {
    heading.lowercased().split { !$0.isLetter }.contains { signs.contains(String($0)) }
  }

  private static let signs: Set = [
    "indicator", "indicators", "sign", "signs", "symptom", "symptoms", "observations", "behavior",
    "behaviour",
  ]

  private static let symptoms = [
    "symptom", "symptoms", "problem", "problem description", "problem statement", "issue",
    "issue description", "meaning", "description", "error", "error message", "error messages",
    "impact", "display message", "what you see", "observed behavior", "observed behaviour",
    "actual result", "actual results", "the problem", "the issue", "what happens",
    "how to identify", "how to recognize", "how to recognise", "what does this alert mean",
    "what this alert means",
  ]

  private static let causes = [
    "cause", "causes", "root cause", "root causes", "possible cause", "possible causes", "reason",
    "reasons", "why this error occurred", "why this happens", "why it happens",
    "common causes", "likely cause", "likely causes", "the cause", "underlying cause",
    "root cause analysis", "why", "why did this happen", "possible reasons",
  ]

  private static let fixes = [
    "fix", "fixes", "the fix", "resolution", "resolutions", "solution", "solutions",
    "the solution", "mitigation", "mitigations", "remediation", "possible ways to fix it",
    "how to fix", "how to fix it", "how to resolve", "how to resolve it", "possible fixes",
    "possible solutions", "possible mitigations", "recommended resolution",
    "recommended resolutions", "recommended action", "recommended actions", "suggested action",
    "suggested actions", "corrective action", "corrective actions", "required action",
    "required actions",
    "to correct this error", "apply the patch", "how to apply the patch", "what to do",
    "solution/workaround", "resolution/workaround", "fix/workaround",
    "how to solve", "how to solve it", "what should i do", "what can i do", "immediate action",
    "immediate actions", "immediate response", "action required", "actions to take",
    "resolution procedure", "remediation procedure", "recovery steps", "recovery procedure",
    "steps to resolve", "steps to fix", "how do i fix it", "how do i fix this",
    "cause and resolution", "cause and solution", "causes and solutions", "causes and fixes",
    "cause and fix", "causes & solutions", "root causes & solutions", "root causes and solutions",
    "possible causes and solutions", "common causes and fixes", "common causes and solutions",
    "maßnahme", "maßnahmen",
  ]

  private static let verifications = [
    "verify", "verification", "verification steps", "how to verify", "verify the fix",
    "verify resolution", "validation", "confirm the fix",
  ]

  private static let workarounds = [
    "workaround", "workarounds", "work around", "work-around", "temporary fix",
    "temporary workaround",
  ]

  private static let others = [
    "diagnosis", "diagnostics", "diagnose", "investigation", "troubleshooting steps",
    "more information", "more info", "additional information", "additional resources", "remarks",
    "remark", "reference", "references", "see also", "related reading", "related readings",
    "related information", "related links", "related articles", "related documentation",
    "useful links", "links", "further reading", "example", "examples", "summary", "introduction",
    "overview", "abstract", "details", "status", "statement", "background", "prerequisites",
    "requirements", "notes", "note", "affected versions", "affected products",
    "affected products and versions", "applicable versions", "applies to", "attached files",
    "patch", "error code", "steps to reproduce", "limitations", "conclusion",
    "did this fix the problem",
    "did this solve your problem", "still need help", "next steps", "syntax", "parameters",
    "getting help", "get help", "need help", "need more help", "support", "community support",
    "contact", "contact support", "who to contact", "license", "contributing", "escalation",
    "escalation path", "prevention", "best practices", "timeline", "action items",
    "lessons learned", "changelog", "acknowledgements",
  ]
}
