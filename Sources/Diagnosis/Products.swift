/// Names of products, services and tools of the trade. That a text names one which an issue does
/// not speak of is a sign against the issue: the same words about another product are another
/// problem.
///
/// General knowledge only, of no knowledge base in particular. Names that are everyday words too
/// (`go`, `access`, `word`, `teams`) are left out.
enum Products {
  /// Whether a stem is such a name.
  static func names(_ stem: String) -> Bool { all.contains(stem) }

  private static let all: Set<String> = Set(
    """
    postgres postgresql psql psycopg psycopg2 mysql mariadb sqlite oracle mssql mongodb mongo redis memcached cassandra
    elasticsearch opensearch kibana logstash grafana prometheus alertmanager influxdb cockroachdb clickhouse snowflake
    dynamodb rds aurora redshift athena neptune documentdb elasticache s3 efs ebs ec2 ecs eks fargate lambda sqs sns
    kinesis eventbridge stepfunctions sagemaker quicksight glue emr lightsail beanstalk amplify appsync cloudfront
    route53 elb alb nlb apigateway waf guardduty macie kms secretsmanager cognito cloudformation cloudtrail cloudwatch
    codebuild codepipeline codedeploy bedrock guardrail guardrails textract comprehend polly rekognition transcribe
    azure aks gcp gke bigquery firebase firestore heroku vercel netlify cloudflare digitalocean openstack vmware
    vsphere esxi hyperv proxmox virtualbox vagrant kubernetes kubectl k8s kubelet helm istio envoy linkerd argocd flux
    minikube openshift rancher nomad consul vault terraform tfstate pulumi ansible puppet chef saltstack jenkins gitlab
    github circleci travis bitbucket teamcity npm yarn pnpm webpack vite rollup babel eslint jest cypress playwright
    selenium puppeteer react angular vue svelte nextjs nuxt express nestjs fastify django flask fastapi rails laravel
    symfony spring hibernate maven gradle tomcat jetty wildfly jboss websphere nginx apache httpd iis haproxy traefik
    caddy kong rabbitmq kafka zookeeper activemq nats celery airflow spark hadoop hive flink dbt pandas numpy torch
    pytorch tensorflow keras cuda nvidia jupyter openai chatgpt gpt gemini mistral ollama huggingface langchain llamaindex
    claude anthropic slack telegram discord whatsapp outlook exchange sharepoint onedrive excel powerpoint skype gmail
    thunderbird zoom jira confluence salesforce magento wordpress drupal shopify woocommerce stripe paypal twilio
    sendgrid mailgun letsencrypt certbot openssl openvpn wireguard ssh sftp ftp smb nfs samba ldap kerberos okta auth0
    keycloak saml windows macos ubuntu debian fedora centos redhat android ios iphone ipad macbook raspberry arduino
    bluetooth wifi printer scanner router chrome firefox safari edge docker podman containerd buildkit pypi pip poetry
    conda cargo rust rustc golang java kotlin scala php ruby perl swift xcode dotnet csharp nuget vba msvc powershell
    bash zsh systemd crontab vim emacs vscode eclipse intellij git svn prisma sequelize typeorm sqlalchemy graphql grpc
    soap sap erp odoo zabbix nagios datadog newrelic splunk sentry pagerduty loki tempo jaeger zipkin ceph rook longhorn
    minio glusterfs zfs mcp openclaw clawhub agentcore
    """.split(whereSeparator: \.isWhitespace).flatMap { Analyzer.words(of: String($0)) })
}
