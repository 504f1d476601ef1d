/// Made-up secrets, put together when the tests run so that nothing in this file looks like one.
enum Samples {
  struct Secret: Sendable, CustomStringConvertible {
    var kind: String
    /// The line, with `§` where the secret stands.
    var line: String
    var secret: String
    var description: String { kind + " in " + line }

    init(_ kind: String, _ line: String, _ secret: String) {
      (self.kind, self.line, self.secret) = (kind, line, secret)
    }
  }

  struct Random {
    var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
  }

  static func letters(_ alphabet: String, _ count: Int) -> String {
    let alphabet = Array(alphabet)
    // Steps through the alphabet so that the text is mixed and the same in each run.
    return String((0..<count).map { alphabet[($0 * 17 + $0 / 7 + 5) % alphabet.count] })
  }

  static func hex(_ count: Int) -> String { letters("0a1b2c3d4e5f6789", count) }
  static func mixed(_ count: Int) -> String {
    letters("aB3cD4eF5gH6iJ7kL8mN9oP0qR1sT2uV", count)
  }
  static func upper(_ count: Int) -> String { letters("ABCDEFGHJKLMNPQRSTUVWXYZ234567", count) }

  private static let jwt = "eyJ" + mixed(20) + ".eyJ" + mixed(40) + "." + mixed(43)

  static let secrets: [Secret] =
    clouds + hosts + services + protocols + assignments + commands

  private static let clouds = [
    Secret("aws-access-key-id", "key id § was refused", "AKIA" + "IOSFODNN7EXAMPLE"),
    Secret("aws-access-key-id", "Credential=§/20260101/us-east-1", "ASIA" + upper(16)),
    Secret("key", "aws_secret_access_key = §", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"),
    Secret("key", "\"SecretAccessKey\": \"§\",", mixed(20) + "/" + mixed(19)),
    Secret("aws-session-token", "AWS_SESSION_TOKEN=§", "IQoJb3JpZ2lu" + mixed(200)),
    Secret("bedrock-api-key", "export AWS_BEARER_TOKEN_BEDROCK=§", "ABSK" + mixed(120)),
    Secret("google-api-key", "https://maps.example.com/api?key=§&x=1", "AIza" + mixed(35)),
    Secret("google-oauth", "client_secret: §", "GOCSPX-" + mixed(28)),
    Secret("google-oauth", "token § expired", "ya29." + mixed(60)),
    Secret(
      "key", "DefaultEndpointsProtocol=https;AccountKey=§;EndpointSuffix=core", mixed(86) + "=="),
    Secret("key", "Endpoint=sb://x.example.net/;SharedAccessKey=§", mixed(43) + "="),
    Secret("url-signature", "https://x.blob.core/a?sv=2022&sig=§&se=2026", mixed(43) + "%3D"),
    Secret("azure-client-secret", "AADSTS7000215 for § in tenant", "abc8Q" + "~" + mixed(34)),
    Secret("url-signature", "GET /k?X-Amz-Date=2026&X-Amz-Signature=§", hex(64)),
    Secret("digitalocean-token", "doctl -t §", "dop" + "_v1_" + hex(64)),
    Secret("databricks-token", "host x token §", "dapi" + hex(32)),
    Secret("vault-token", "X-Vault-Token: §", "hvs" + "." + mixed(24)),
    Secret("terraform-token", "credentials §", mixed(14) + ".atlasv1." + mixed(60)),
    Secret("token", "HEROKU_API_TOKEN=§", "01234567-89ab-cdef-0123-456789abcdef"),
    Secret("token", "CLOUDFLARE_API_TOKEN=§", mixed(40)),
    Secret("openshift-token", "oc login --token=§", "sha256" + "~" + mixed(43)),
    Secret("tailscale-key", "tailscale up --authkey §", "tskey-" + "auth-" + mixed(24)),
    Secret("private-key", "client-key-data: §", "LS0tLS1CRUdJTiBSU0EgUFJJVkFUR" + mixed(80)),
  ]

  private static let hosts = [
    Secret("github-token", "remote: § has no access", "ghp" + "_" + mixed(36)),
    Secret("github-token", "GITHUB_TOKEN=§", "ghs" + "_" + mixed(36)),
    Secret("github-token", "token \"§\"", "github" + "_pat_" + mixed(22) + "_" + mixed(59)),
    Secret("gitlab-token", "PRIVATE-TOKEN: §", "glpat" + "-" + mixed(20)),
    Secret("npm-token", "//registry.npmjs.org/:_authToken=§", "npm" + "_" + mixed(36)),
    Secret("pypi-token", "twine upload -p §", "pypi" + "-AgEIcHlwaS5vcmc" + mixed(80)),
    Secret("docker-token", "docker login with §", "dckr" + "_pat_" + mixed(27)),
    Secret("atlassian-token", "curl with §", "ATATT" + "3xFfGF0" + mixed(180)),
    Secret("linear-key", "key=§", "lin" + "_api_" + mixed(40)),
    Secret("rubygems-key", "gem push: §", "rubygems" + "_" + hex(48)),
  ]

  private static let services = [
    Secret("slack-token", "SLACK §", "xoxb" + "-123456789012-1234567890123-" + mixed(24)),
    Secret("slack-token", "app §", "xapp" + "-1-A01234-1234-" + hex(40)),
    Secret(
      "slack-webhook", "POST https://hooks.slack.com/services/§ 404",
      "T01234567/B01234567/" + mixed(24)),
    Secret(
      "discord-webhook", "https://discord.com/api/webhooks/§", "123456789012345678/" + mixed(60)),
    Secret(
      "discord-token", "discord.js login § failed", mixed(26) + "." + mixed(6) + "." + mixed(38)),
    Secret(
      "telegram-token", "https://api.telegram.org/bot§/getMe", "123456789" + ":AA" + mixed(33)),
    Secret("sendgrid-key", "api §", "SG" + "." + mixed(22) + "." + mixed(43)),
    Secret("mailgun-key", "api:§", "key" + "-" + hex(32)),
    Secret("twilio-key", "sid §", "SK" + hex(32)),
    Secret("stripe-key", "Invalid API Key provided: §", "sk" + "_live_" + mixed(24)),
    Secret("stripe-key", "webhook §", "whsec" + "_" + mixed(32)),
    Secret("square-token", "square §", "sq0atp" + "-" + mixed(22)),
    Secret("shopify-token", "X-Shopify: §", "shpat" + "_" + hex(32)),
    Secret("new-relic-key", "nr §", "NRAK" + "-" + upper(27)),
    Secret("new-relic-key", "license § rejected", hex(36) + "NRAL"),
    Secret("grafana-token", "grafana §", "glsa" + "_" + mixed(32) + "_" + hex(8)),
    Secret("openai-key", "Incorrect API key provided: §.", "sk" + "-proj-" + mixed(48)),
    Secret("openai-key", "OPENAI §", "sk" + "-" + mixed(48)),
    Secret("anthropic-key", "x-api-key: §", "sk" + "-ant-api03-" + mixed(90)),
    Secret("huggingface-token", "hub §", "hf" + "_" + mixed(34)),
    Secret("age-key", "identity §", "AGE-SECRET-KEY-" + "1" + upper(58)),
  ]

  private static let protocols = [
    Secret("jwt", "got § from issuer", jwt),
    Secret("authorization", "Authorization: Bearer §", mixed(40)),
    Secret("jwt", "authorization: Bearer §", jwt),
    Secret("authorization", "-H 'Authorization: Basic §'", "dXNlcjpwYXNz" + "d29yZA=="),
    Secret("authorization", #"{"Authorization": "Token §"}"#, hex(40)),
    Secret("bearer-token", "sent Bearer § to the gateway", mixed(32)),
    Secret("basic-auth", "header was Basic §", "YWRtaW46" + "YWRtaW4xMjM="),
    Secret("basic-auth", #""auths":{"r.io":{"auth":"§"}}"#, "dXNlcjpw" + "YXNzd29yZA=="),
    Secret("cookie", "Set-Cookie: session=§; Path=/", mixed(32)),
    Secret("url-password", "postgres://app:§@db:5432/x", "s3cr3t!"),
    Secret("url-password", "clone https://§@github.com/a/b", mixed(40)),
  ]

  private static let assignments = [
    Secret("password", "password=§", "hunter2"),
    Secret("password", "DB_PASSWORD='§'", "correct horse battery"),
    Secret("password", "  password: §", "postgres"),
    Secret("password", #"{"user":"a","password":"§"}"#, "swordfish"),
    Secret("password", "Server=db;User Id=a;Password=§;Encrypt=True", "P@ss,w0rd"),
    Secret("password", "mysqldump --password=§ db", "s3cret"),
    Secret("password", "run --db-password § now", "s3cret"),
    Secret("password", "<password>§</password>", "s3cret"),
    Secret("password", #"env: \"DB_PASS\": \"§\""#, "s3cret"),
    Secret("password", "cache_password=§", "s3cret"),
    Secret("password", "spring.datasource.password=§", "s3cret"),
    Secret("password", "'password' => '§',", "s3cret"),
    Secret("password", "java -Dpassword=§ -jar a.jar", "s3cret"),
    Secret("password", "DB_PASS=§", "$ecret7!"),
    Secret("password", #"{"name":"DB_PASSWORD","value":"§"}"#, "swordfish"),
    Secret("key", "SECRET_KEY_BASE=§", hex(64)),
    Secret("key", "Ocp-Apim-Subscription-Key: §", hex(32)),
    Secret("basic-auth", ".dockerconfigjson: §", "eyJhdXRo" + "cyI6" + mixed(40)),
    Secret("url-password", "redis://:§@cache:6379/0", "s3cr3t"),
    Secret("url-password", "mongodb+srv://me:§@c0.example.net/db", "p%40ss"),
    Secret("token", "api_token=§", mixed(32)),
    Secret("token", "--token § --verbose", hex(40)),
    Secret("token", "  client_secret: \"§\"", mixed(24)),
    Secret("token", "https://x/callback?access_token=§&state=1", mixed(30)),
    Secret("key", "API_KEY=§", hex(32)),
    Secret("key", "x-api-key: §", mixed(40)),
    Secret("key", "secret_key = '§'", mixed(50)),
    Secret("key", "export ENCRYPTION_KEY=§", mixed(43) + "="),
  ]

  private static let commands = [
    Secret("command-password", "curl -u admin:§ https://x", "s3cret"),
    Secret("command-password", "ConvertTo-SecureString -String '§' -AsPlainText", "Pa$$word1"),
    Secret("command-password", "ConvertTo-SecureString \"§\" -AsPlainText", "Pa$$word1"),
    Secret("command-password", "sshpass -p § ssh a@b", "s3cret"),
    Secret("command-password", "mysql -u root -p§ db", "s3cret"),
    Secret("netrc-password", "machine a.example login me password §", "s3cret"),
    Secret("pgpass-password", "db.example:5432:app:me:§", "s3cret"),
    Secret("password-hash", "root:§:19000:0", "$6$" + mixed(16) + "$" + mixed(86)),
    Secret("card-number", "paid with § today", "4111 1111" + " 1111 1111"),
    Secret("card-number", "card number § declined", "4242" + "424242424242"),
  ]

  static let harmless =
    prose + [
      "commit " + hex(40),
      "image@sha256:" + hex(64),
      "sha512-" + mixed(86) + "==",
      "trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331",
      "id 3c0d9a52-7a0e-4f0b-9d63-1be5a1f6f0c7",
      "data:image/png;base64," + mixed(200),
      "Invalid base64: \"eyJwcm9tcHQiOiAiaGVsbG8gd29ybGQifQ==\"",
      "AKIA" + "1234", "prefix AKIA and ASIA of key ids", "x" + "AKIA" + upper(16) + "Y",
      "ssh-rsa AAAAB3NzaC1yc2E" + mixed(120),
      "order 1234567890123456 shipped", "epoch 1783505402316 and 1783505402316000",
    ]

  private static let prose = [
    "token expired", "invalid token", "Error: token: expired", "password authentication failed",
    "FATAL: password authentication failed for user \"app\"",
    "is not authorized to perform: secretsmanager:GetSecretValue on resource: openclaw/gateway-token",
    "NoAuthToken", "the xoxb- prefix is for bots", "sk-learn task-force disk-usage risk-based",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
    "--token <token>", "TOKEN=$TOKEN", "token: ${{ secrets.GITHUB_TOKEN }}", "password: ****",
    "password: ********", "PASSWORD=${DB_PASSWORD}", "api_key: <your api key>",
    "password=<redacted>", "Authorization: Bearer <token>", "Authorization: Bearer $TOKEN",
    "Authorization: [REDACTED]",
    "www-authenticate: Bearer resource_metadata=\"https://x.example/y1\"",
    "Bearer token is missing", "Basic authentication is disabled", "Basic auth failed",
    "cookie: not set", "no cookies for this site", "max_tokens=4096", "max_tokens: 4096",
    "next_token=abc123def456ghi789", "\"nextToken\": \"AbCdEf0123456789AbCdEf\"",
    "token_use=access exp was 11m04s ago", "got access token, scope=desk/invoke expires_in=3600",
    "secrets.tf line 3", "SecretId=prod/db/password", "tokenizer = AutoTokenizer", "key = value",
    "primary key: id", "key: user_id", "KeyError: 'JIRA_TOKEN'",
    "jira = Jira(os.environ[\"JIRA_BASE_URL\"], os.environ[\"JIRA_TOKEN\"])",
    "password = os.environ['DB_PASSWORD']", "token = get_token()",
    "token = request.headers.get('x')",
    "if (password == null) return", "password=null", "token: undefined", "password: true",
    "PWD=/home/ops ; USER=root", "OLDPWD=/srv/app", "docker run -p 8080:80 nginx",
    "mkdir -p /srv/app",
    "curl -u $USER:$PASS https://x", "http://localhost:8080/path@v2", "git@github.com:a/b.git",
    "https://registry:5000/foo@sha256:abc", "https://user@example.com/x", "npm ERR! code E401",
    "WARNING! Your password will be stored unencrypted in /root/.docker/config.json.",
    "aws ecr get-login-password | docker login --username AWS --password-stdin 123.dkr.ecr",
    "secret: openclaw/gateway-token", "(RequestToken: 305fe9f2-85a9-2b16-aa29-374f98862f44)",
    "imagePullSecrets: regcred", "secretName: my-tls", "--password-file /run/secrets/db",
    "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "ssh-keygen -t ed25519",
    "4111 files, 1111 dirs", "[secret:github-token]", "password=[secret:password]",
    "Enter password:", "password:", "token=", "session_id=hd-conv-88121-primary",
    "compass=north1 bypass=yes trespass: 1", "event=done pass=2100 fail=1 skip=0",
    "PASS: TestLogin1", "\"pwd=\" & secret1 & \";\"", "Write-Host \"Token:\" $t1",
    "Read-Host \"Enter the password: \" -AsSecureString1",
    "-Credentials (Get-Credential me1)", "Bearer <customer_token>`, then call v1",
    "<Password>, <b>1", "BYPASS=always1",
    "Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a' or one", "Unexpected token: punc (})",
    "existingSecret: app-db-v2",
    #"{"errors":{"password":"is too short, must have 8 characters"}}"#, "DB_PASSWORD=$(cat /run/x)",
    "token=$env:TOKEN", "password={password}", "\"valueFrom\": {\"secretKeyRef\": {}}",
  ]
}
